import { run } from './commands/run.ts';
import { EXIT_ERROR, Refusal } from './devices/answer/refusal.ts';
import { complain } from './devices/answer/warning.ts';

try {
  await run(process.argv0.slice(process.argv0.lastIndexOf('/') + 1), process.argv.slice(2));
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof Refusal ? error.exitStatus : EXIT_ERROR;
}
