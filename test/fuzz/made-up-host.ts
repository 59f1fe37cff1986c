// Imported before anything else: what runs the program is made up, so that a target says how it was called. `src/host/host.ts`
// takes it as it takes the engine's.
import type { Host } from '../../src/host/face.ts';
import { hostOfNode } from '../../src/host/node.ts';

const node = hostOfNode();

/** How the program was called, and with what status it ends. */
export const call: {
  by: string;
  parameters: readonly string[];
  environment: Map<string, string>;
  status: number;
} = {
  by: 'block-snapshot',
  parameters: [],
  environment: new Map(),
  status: 0,
};

const host: Host = {
  ...node,
  get calledBy() {
    return call.by;
  },
  get parameters() {
    return call.parameters;
  },
  runtime: 'a made-up host',
  environment: name => call.environment.get(name),
  setExitStatus(status) {
    call.status = status;
  },
  writeLastLine(line) {
    throw new Error(`there was an addon, and yet this was said without it: ${line}`);
  },
  loadAddon() {
    throw new Error('a target calls the kernel, and has made none up');
  },
};
Object.assign(globalThis, { ENGINE_HOST: host, BUILD_VERSION: '0' });
