import { askedNode } from '../devices/kernel/network-device.ts';
import { blockDevicePath } from '../devices/kernel/open-descriptor.ts';
import { addon } from '../native/addon.ts';
import type { Layer, Template, User } from '../overview/overview.ts';
import { type Finding, foundOnly, type Seen } from './finding.ts';
import { image, said, users } from './said.ts';

/** How long all bases together may take to give one block each; milliseconds. */
const PATIENCE = 2000;

/** Whether each base that VMs lie on answers: one block is read of each, past the page cache of its device, all at once. */
export function baseFindings({ overview }: Seen): Finding[] {
  const asked = overview.templates.flatMap(template => {
    const { device } = template.base;
    const node = device === undefined ? undefined : (askedNode(device) ?? blockDevicePath(device));
    return node === undefined ? [] : [{ template, node }];
  });
  const answers = addon().blockAnswers(
    asked.map(({ node }) => node),
    PATIENCE,
  );
  return asked.flatMap(({ template, node }, index) => {
    const answer = answers[index];
    if (answer === true) return [];
    const base = said`${image(template.base)} (${node})`;
    const who = said`it is used by ${users(usersOf(template))}`;
    return answer === false
      ? [foundOnly('silent-base', said`${base} gave no block within ${PATIENCE / 1000} s; ${who}`)]
      : [foundOnly('unreadable-base', said`${base}: ${answer ?? ''}; ${who}`)];
  });
}

/** Whoever has a disk on a template, or is that. */
function usersOf({ origin, versions }: Template): User[] {
  const ofLayer = (layer: Layer): User[] => [...layer.users, ...layer.layers.flatMap(ofLayer)];
  return [...(origin?.users ?? []), ...versions.flatMap(ofLayer)];
}
