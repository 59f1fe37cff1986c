import { handOver } from './programs/block-snapshot/hand-over.ts';
import { runToItsEnd } from './programs/block-snapshot/run.ts';

// The small program, on the engine of src/native/engine: what a VM's start or stop waits for. Whatever else there is, it
// becomes the larger one.
await runToItsEnd(handOver);
