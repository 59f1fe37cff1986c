export type { Host } from './face.ts';
export { host } from './node.ts';
