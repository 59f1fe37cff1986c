import type { Host } from './face.ts';
import { hostOfNode } from './node.ts';

/** What src/native/engine/host.c gives, where that is what runs the program. */
declare const ENGINE_HOST: Host | undefined;

export const host: Host = typeof ENGINE_HOST === 'undefined' ? hostOfNode() : ENGINE_HOST;
