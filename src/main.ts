import { basename } from 'node:path';
import { run } from './commands/run.ts';
import { EXIT_ERROR, Refusal } from './devices/answer/refusal.ts';
import { complain } from './devices/answer/warning.ts';

try {
  await run(basename(process.argv0), process.argv.slice(2));
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof Refusal ? error.exitStatus : EXIT_ERROR;
}
