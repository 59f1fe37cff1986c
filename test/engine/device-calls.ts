import { type Addon, addon } from '../../src/native/addon.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** What there is for the calls: devices that are none of theirs. */
export interface DeviceSurroundings {
  /** A block device of at least eight sectors, by a path with a backslash in it. */
  disk: string;
  /** A device whose table is longer than any that is asked for in one piece. */
  long: string;
}

const NAME = 'same-on-both';
const NODE = `/dev/mapper/${NAME}`;

/** Together more than the kernel tells in one piece, and each as long as a name can be. */
const MANY = Array.from({ length: 200 }, (_, number) => `${number}-`.padEnd(127, 'x'));

/** DISABLE_SUBSYSTEM_RULES, DISABLE_DISK_RULES and DISABLE_OTHER_RULES of libdevmapper.h. */
const FLAGS = 0x0002 | 0x0004 | 0x0008;
const DISABLE_DM_RULES = 0x0001;
const DISABLE_LIBRARY_FALLBACK = 0x0020;

const PATIENCE = 60_000;

/**
 * What the addon does to devices and says of them, in the life of one: made, given tables, suspended, opened, removed, asked for
 * when it is not there, with and without udev's cookies, and with all kinds of nodes in its place. Leaves nothing.
 */
export function* deviceCalls({ disk, long }: DeviceSurroundings): Generator<[string, Outcome]> {
  const it = addon();
  const calls: (readonly [string, () => unknown])[] = [
    ...strange(it),
    ...life(it, disk),
    ...nodes(it),
    ...cookies(it),
    ['a long table', () => it.devicesInFull([long, 'none'])],
    ['its state', () => it.deviceStatus(long)],
    ['many are made', () => MANY.map(name => it.createDevice(name))],
    ['and listed', () => it.deviceNames()],
    ['and removed', () => withCookie(it, cookie => MANY.map(name => it.removeDevice(name, cookie, FLAGS)))],
    ['and then the others are listed', () => it.deviceNames()],
    ['types of targets', () => it.targetTypes()],
    ['the driver', () => it.deviceMapperVersions().driver],
    ['what is left in the folder of nodes', () => it.listFolder('/dev/mapper').sort()],
  ];
  for (const [name, call] of calls) yield [name, outcomeOf(call)];
}

type Calls = (readonly [string, () => unknown])[];

/** With a cookie that is waited for in the end, as whatever makes or removes devices does. */
function withCookie<Result>(it: Addon, work: (cookie: number) => Result): [Result | Outcome, boolean] {
  const cookie = it.createUdevCookie();
  let result: Result | Outcome;
  try {
    result = work(cookie);
  } catch (error) {
    result = outcomeOf(() => {
      throw error;
    });
  }
  return [result, it.waitForUdev(cookie, PATIENCE)];
}

/** The node, and what it leads to: no times, and no inode. */
function node(it: Addon, path = NODE): unknown {
  return [it.linkStatus(path), it.fileStatus(path)].map(
    status => status && [status.kind, status.rdev, status.user, status.group, status.mode],
  );
}

/** A device that is not there, and names that none can have. */
function strange(it: Addon): Calls {
  const names = [NAME, '', 'ä', 'a b', 'x'.repeat(127)];
  return names.flatMap(name => [
    [`table of ${name}`, () => it.deviceTable(name)],
    [`state of ${name}`, () => it.deviceStatus(name)],
    [`load ${name}`, () => it.loadTable(name, 8, 'error', '')],
    [`clear ${name}`, () => it.clearInactiveTable(name)],
    [`suspend ${name}`, () => it.suspendDevice(name)],
    [`resume ${name}`, () => withCookie(it, cookie => it.resumeDevice(name, cookie, FLAGS))],
    [`resume ${name} without a cookie`, () => it.resumeDevice(name, 0, FLAGS)],
    [`remove ${name}`, () => withCookie(it, cookie => it.removeDevice(name, cookie, FLAGS))],
    [`mend the node of ${name}`, () => it.mendNode(name)],
  ]);
}

function life(it: Addon, disk: string): Calls {
  return [
    ['made', () => it.createDevice(NAME)],
    ['made again', () => it.createDevice(NAME)],
    ['without a table', () => [it.deviceTable(NAME), it.deviceStatus(NAME), node(it)]],
    ['a table of no known type', () => it.loadTable(NAME, 8, 'no-such-type', '')],
    ['a table of no length', () => it.loadTable(NAME, 0, 'error', '')],
    ['a table on no disk', () => it.loadTable(NAME, 8, 'linear', '/dev/none 0')],
    ['a table with a word missing', () => it.loadTable(NAME, 8, 'linear', disk)],
    ['a table with nothing wrong', () => it.loadTable(NAME, 8, 'linear', `${disk} 0`)],
    ['an inactive table', () => [it.deviceTable(NAME), it.deviceStatus(NAME)]],
    ['made live', () => withCookie(it, cookie => it.resumeDevice(NAME, cookie, FLAGS))],
    ['a live table', () => [it.deviceTable(NAME), it.deviceStatus(NAME), node(it)]],
    ['where nothing is to be done', () => withCookie(it, cookie => it.resumeDevice(NAME, cookie, FLAGS))],
    ['another table', () => it.loadTable(NAME, 4, 'error', 'with a \\ and two \\\\')],
    ['both tables', () => it.deviceTable(NAME)],
    ['cleared', () => it.clearInactiveTable(NAME)],
    ['cleared again', () => it.clearInactiveTable(NAME)],
    ['suspended', () => it.suspendDevice(NAME)],
    ['suspended again', () => it.suspendDevice(NAME)],
    ['suspended, it says', () => it.deviceTable(NAME)],
    ['it goes on', () => it.resumeDevice(NAME, 0, FLAGS)],
    ['in use', () => inUse(it, () => [it.deviceTable(NAME), removed(it)])],
    ['in use, and nobody waits', () => inUse(it, () => it.removeDevice(NAME, 0, FLAGS))],
    ['removed', () => removed(it)],
    ['gone', () => [it.deviceTable(NAME), node(it)]],
  ];
}

function inUse(it: Addon, call: () => unknown): unknown {
  const descriptor = it.openFile(NODE, it.openFlags.readOnly, 0);
  try {
    return call();
  } finally {
    it.closeFile(descriptor);
  }
}

function removed(it: Addon): unknown {
  return withCookie(it, cookie => it.removeDevice(NAME, cookie, FLAGS));
}

function live(it: Addon, flags: number): unknown {
  it.createDevice(NAME);
  it.loadTable(NAME, 8, 'error', '');
  return [withCookie(it, cookie => it.resumeDevice(NAME, cookie, flags)), node(it)];
}

/** What has the node's name, and what becomes of it. */
function nodes(it: Addon): Calls {
  const instead = (target: string) => () => {
    it.removeFile(NODE);
    it.makeLink(target, NODE);
    const mended = outcomeOf(() => it.mendNode(NAME));
    return [mended, node(it)];
  };
  return [
    ['made live without rules of device-mapper', () => live(it, FLAGS | DISABLE_DM_RULES)],
    ['a node is mended where none is', () => [it.removeFile(NODE), it.mendNode(NAME), node(it)]],
    ['a node is mended that is right', () => [it.mendNode(NAME), node(it)]],
    ['a node is mended that is another device', instead('/dev/loop7')],
    ['a node is mended that is no device', instead('/dev/null')],
    ['removed with its node', () => [removed(it), node(it)]],
    ['the node of no device', () => [it.makeLink('/dev/null', NODE), it.mendNode(NAME), node(it)]],
    ['made live by udev alone', () => live(it, FLAGS | DISABLE_LIBRARY_FALLBACK)],
    ['which nobody has made a node for', () => [it.mendNode(NAME), node(it)]],
    ['removed by udev alone', () => withoutFallback(it)],
    ['and mended', () => [it.mendNode(NAME), node(it)]],
    ['made and removed in one go', () => inOneGo(it)],
    ['then there is none', () => node(it)],
  ];
}

function withoutFallback(it: Addon): unknown {
  const flags = FLAGS | DISABLE_LIBRARY_FALLBACK;
  return [withCookie(it, cookie => it.removeDevice(NAME, cookie, flags)), node(it)];
}

function inOneGo(it: Addon): unknown {
  it.createDevice(NAME);
  it.loadTable(NAME, 8, 'error', '');
  return withCookie(it, cookie => {
    it.resumeDevice(NAME, cookie, FLAGS);
    it.removeDevice(NAME, cookie, FLAGS);
    it.createDevice(NAME);
    it.loadTable(NAME, 8, 'error', '');
    it.resumeDevice(NAME, cookie, FLAGS);
    it.removeDevice(NAME, cookie, FLAGS);
  });
}

/** Cookies that are none, those that somebody has taken away, and those of a task that comes to nothing. */
function cookies(it: Addon): Calls {
  const codeOf = (call: () => unknown) => () => {
    const outcome = outcomeOf(call);
    // What is said of cookies is in words of our own: that anything is said is what counts.
    return 'throws' in outcome ? [outcome.throws['code'], outcome.throws['detail'] !== ''] : outcome;
  };
  return [
    ['a cookie is known', () => withCookie(it, cookie => cookie >>> 16)],
    ['what is no cookie', codeOf(() => it.resumeDevice(NAME, 5, FLAGS))],
    ['a cookie of nobody', codeOf(() => it.removeDevice(NAME, 0x0d4d0001, FLAGS))],
    ['a cookie that has been waited for', () => waitedForTwice(it)],
    ['what is no cookie is waited for', () => it.waitForUdev(5, 1)],
    ['nothing is waited for', () => it.waitForUdev(0, 1)],
    ['a path is no name', codeOf(() => it.createDevice('a/b'))],
    ['a path is no name of one that is there', codeOf(() => it.deviceTable('a/b'))],
  ];
}

function waitedForTwice(it: Addon): boolean {
  const cookie = it.createUdevCookie();
  it.waitForUdev(cookie, PATIENCE);
  return it.waitForUdev(cookie, PATIENCE);
}
