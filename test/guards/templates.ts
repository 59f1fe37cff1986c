// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pieces of source with template strings in them
// The rules of a template's life, of configuration and of what is read back.
import type { Guard } from './guard.ts';

const REFUSALS = 'kernel/guest/life/refusals';
const COMMIT = 'kernel/guest/life/commit';
const FULL = 'kernel/guest/life/full-filesystem';
const ONE_DISK = 'kernel/guest/one-disk';
const LOCKS = 'kernel/guest/locks';

export const TEMPLATE_GUARDS: readonly Guard[] = [
  {
    rule: 'nothing starts on a template while an operation holds it',
    from: 'throw new OperationUnderWay(`${operationText(base)} is running: wait until it is done`);\n  try {',
    to: 'return;\n  try {',
    program: LOCKS,
    checks: ['the lock of an operation cannot be taken from one that lives'],
    executable: true,
  },
  {
    rule: 'a template is looked at when no operation on it is under way',
    from: '  const held = await acquire(base);\n  try {\n    return look();',
    to: "  if (base.path !== '') return look();\n  const held = await acquire(base);\n  try {\n    return look();",
    program: 'kernel/guest/life/revert',
    checks: ['a revert that is asked for while another is under way waits for that, and does its own'],
  },
  {
    rule: 'a half-way revert is found by whatever name the image is given',
    from: 'addon().fileAttribute(given, REVERT_ATTRIBUTE) ?? undefined;',
    to: 'undefined as string | undefined;',
    program: ONE_DISK,
    checks: ['a half-way revert is seen by whatever name the image is given'],
  },
  {
    rule: 'a template that is half-way back is not used',
    from: '  requireNotReverted(base);\n}',
    to: '}',
    program: REFUSALS,
    checks: ['while a revert is unfinished nothing starts on the template, and all are told why'],
    executable: true,
  },
  {
    rule: 'nothing is rotated when nothing changed',
    from: "return keepsBlocks(descriptor) ? keptBytes(descriptor, header) : 'none';",
    to: 'return keptBytes(descriptor, header);',
    program: COMMIT,
    checks: ['a run that changed nothing is not committed, by a cow that was used or one that never was'],
  },
  {
    rule: 'a template that runs is not committed',
    from: 'if (withUdevSession(udev => mendOrigin(base.key, udev)) === undefined) {',
    to: 'if (withUdevSession(udev => mendOrigin(base.key, udev)) === undefined || base.path !== "") {',
    program: COMMIT,
    checks: ['a commit is refused while the origin is there, and changes nothing'],
    executable: true,
  },
  {
    rule: 'a template that a VM uses is not reverted',
    from: '  if (inUse.length > 0)\n    throw new Refusal(',
    to: '  if (inUse.length < 0)\n    throw new Refusal(',
    program: REFUSALS,
    checks: ['a revert is refused while the template runs or a VM uses it, and names who'],
  },
  {
    rule: 'an undo that is not whole is not merged',
    from: "if (revision.state === 'overflowed')",
    to: "if (revision.state === 'overflowed' && revision.number < 0)",
    program: REFUSALS,
    checks: ['a revert is refused when the undo is not whole'],
  },
  {
    rule: 'what is no store is not merged',
    from: "if (revision.state === 'not a store')",
    to: "if (revision.state === 'not a store' && revision.number < 0)",
    program: REFUSALS,
    checks: ['a revert is refused when the undo is not whole'],
  },
  {
    rule: 'a mark that says nothing is not believed',
    from: '/^([1-9]\\d{0,3}) /.exec(text)?.[1];',
    to: '/^([1-9]\\d{0,3}) /.exec(text)?.[1] ?? "1";',
    program: REFUSALS,
    checks: ['a mark that says nothing is not believed'],
  },
  {
    rule: 'nobody can open an image while a trim digs in it',
    from: '  try {\n    return action();\n  } finally {\n    if (how ===',
    to: "  if (how === 'leased') addon().giveLeaseBack(descriptor);\n  try {\n    return action();\n  } finally {\n    if (how ===",
    program: ONE_DISK,
    checks: ['nobody can open an image while a trim digs in it'],
    executable: true,
  },
  {
    rule: 'an image that somebody has open is not trimmed',
    from: "if (answer === 'refused' && (mount === undefined || !asksSomebody(mount.type)))",
    to: "if (answer === 'refused' && mount === undefined)",
    program: 'kernel/guest/life/trim',
    checks: ['trim is refused while the template or a VM uses it, or anybody has it open'],
  },
  {
    rule: 'a store that is lost says so on disk before its device goes',
    from: "if (state.openCount === 0 && parseSnapshotStatus(state.targets).kind === 'invalid') noteInvalid(name);",
    to: '',
    program: FULL,
    checks: ['where the kernel could not mark a store that overflowed, that is done before it is let go'],
    executable: true,
  },
  {
    rule: 'on a full filesystem nothing is committed',
    from: 'if (isFull(cow.path)) throw fullRefusal(base, cow, commit.overflow);',
    to: '',
    program: FULL,
    checks: ['on a full filesystem nothing is committed, and no empty cow is begun'],
    executable: true,
  },
  {
    rule: 'a configuration that others than root can write is not read',
    from: 'if ((mode & 0o022) !== 0)\n      throw new Refusal(`${file} can be',
    to: 'if ((mode & 0o022) < 0)\n      throw new Refusal(`${file} can be',
    program: 'kernel/guest/advice',
    checks: ['a configuration that others can write, or own: mended as advised, it is read'],
    executable: true,
  },
  {
    rule: 'a configuration with a mistake is refused',
    from: 'if (former !== undefined) throw mistake(',
    to: 'if (former !== undefined && former < 0) throw mistake(',
    program: 'unit/settings.test',
    checks: ['a mistake is named by file and line, with what would be right'],
  },
  {
    rule: 'a compiled template is used only as it was written',
    from: 'return code !== undefined && entryOf(code, key) === entry ? code : undefined;',
    to: 'return code;',
    program: 'domain-xml/cache.test',
    checks: ['What is left of an entry that is cut short or damaged is none, and it is made anew'],
  },
  {
    rule: 'a template of root is one that root alone can write',
    from: 'if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) {',
    to: 'if ((stats.mode & WRITABLE_BY_OTHERS) < 0) {',
    program: 'domain-xml/cache.test',
    checks: ['What others can write is never read, nor is a link'],
  },
];
