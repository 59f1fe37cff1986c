import { run } from './programs/block-snapshot/run.ts';
import { complain } from './words/complaint.ts';
import { failureText } from './words/failure-text.ts';
import { exitStatusOf } from './words/refusal.ts';

const program = process.argv0.slice(process.argv0.lastIndexOf('/') + 1);
const parameters = process.argv.slice(2);

if (program === 'domain-xml') {
  const { runDomainXml } = await import('./programs/domain-xml/main.ts');
  process.exitCode = await runDomainXml(parameters);
} else {
  try {
    await run(program, parameters);
  } catch (error) {
    complain(failureText(error));
    process.exitCode = exitStatusOf(error);
  }
}
