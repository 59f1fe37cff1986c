// The same code as the executable's, called in this process: for tests of many steps, because starting a program is slow
// in user-mode Linux. The executable itself is what by-hand, names, surroundings and bad-input run.

import { prepare } from '../../../src/devices/prepare.ts';
import { parseNode } from '../../../src/devices/request/node-request.ts';
import { parseStackRequest } from '../../../src/devices/request/stack-request.ts';
import { takeDown } from '../../../src/disks/take-down.ts';
import './programs.ts';

/** @returns the node */
export function prepareHere(type: 'snapshot' | 'origin', ...images: string[]): string {
  return prepare(parseStackRequest(type, images.join(':'))).node;
}

/** @returns what is left because it is in use, in the words of the command; empty when it is gone */
export function cleanupHere(type: 'snapshot' | 'origin', node: string): string {
  return takeDown(parseNode(node, type)).left ?? '';
}
