// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pieces of source with template strings in them
// The rules of deriving templates, and of sharing what they have in common.
import type { Guard } from './guard.ts';

const REFUSALS = 'kernel/guest/families';

export const FAMILY_GUARDS: readonly Guard[] = [
  {
    rule: 'a run is undone only where there is room for what is written back',
    from: '      requireRoomToMerge(base, stores);\n',
    to: '      void stores;\n',
    program: 'kernel/guest/families',
    checks: [
      'a run is not undone where the blocks that it shares cannot be written, and the kernel may not say so: XFS',
    ],
    executable: true,
  },
  {
    rule: 'a template that has a run which is not committed is not derived from',
    from: "  if (!('reason' in run))\n    throw new Refusal(",
    to: "  if (!('reason' in run) && image.path === '')\n    throw new Refusal(",
    program: REFUSALS,
    checks: ['of a template that runs, or whose run is not committed, nothing is derived: XFS'],
  },
  {
    rule: 'what another has left is not taken for a file of a derived template',
    from: '  if (left !== undefined)\n    throw new Refusal(\n      `${folder}${left} is there',
    to: "  if (left === '')\n    throw new Refusal(\n      `${folder}${left} is there",
    program: REFUSALS,
    checks: ['nothing that is there is replaced, or taken for the new one: XFS'],
  },
  {
    rule: 'what is written while it is copied is not derived from',
    from: 'if (size !== before.size || changed !== before.changed)',
    to: 'if (size !== before.size)',
    program: REFUSALS,
    checks: ['what another program writes while it is copied is no new template'],
  },
  {
    rule: 'a template that is in use is left out of what is shared',
    from: '      await whenFree(template, () => requireUnusedTemplate(template.image, nameUser));\n      unused.push',
    to: '      unused.push',
    program: REFUSALS,
    checks: ['templates that run, or that a VM uses, are left out with a line: XFS'],
    executable: true,
  },
  {
    rule: 'a template on which something starts meanwhile is left alone',
    from: '        requireStillUnused(template, nameUser);',
    to: '',
    program: REFUSALS,
    checks: ['a template on which something starts meanwhile is left alone from then on: XFS'],
  },
  {
    rule: 'an extent of btrfs goes when the larger part of it was shared',
    from: 'bytes > 0 && bytes * 2 < length) all.push(left);',
    to: 'bytes > length) all.push(left);',
    program: 'unit/dedupe.test',
    checks: ['of stretches of which the larger part was shared, the rest is moved'],
  },
  {
    rule: 'what all the templates share already is not read',
    from: 'const common = images.map(rangesOf).reduce(intersection);',
    to: 'const common = images.map(rangesOf).reduce(intersection).slice(0, 0);',
    program: 'unit/dedupe.test',
    checks: ['what all share is not read, and what some share is read once'],
  },
  {
    rule: 'of what is found twice every block leads to the one that stays',
    from: '      own.fill(0, block, block + run.blocks);',
    to: '',
    program: 'unit/dedupe.test',
    checks: ['blocks at the same address are not shared again, but with what another has as well'],
  },
];
