import { runOther } from './programs/block-snapshot/others.ts';
import { runToItsEnd } from './programs/block-snapshot/run.ts';

// The larger program, on Bun: everything.
await runToItsEnd(runOther);
