// calls.ts on the engine: test/memory/bundle.mjs makes a script of it, in which engine-surroundings.ts stands for Node.
import './engine-globals.ts';
import './calls.ts';
