import { run } from './programs/block-snapshot/run.ts';
import { EXIT_ERROR, Refusal } from './words/refusal.ts';
import { complain } from './words/warning.ts';

const program = process.argv0.slice(process.argv0.lastIndexOf('/') + 1);
const parameters = process.argv.slice(2);

if (program === 'domain-xml') {
  const { runDomainXml } = await import('./programs/domain-xml/main.ts');
  process.exitCode = await runDomainXml(parameters);
} else {
  try {
    await run(program, parameters);
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    process.exitCode = error instanceof Refusal ? error.exitStatus : EXIT_ERROR;
  }
}
