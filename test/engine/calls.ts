import { host } from '../../src/host/host.ts';
import { type Addon, addon } from '../../src/native/addon.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** What no function of the addon takes, and what it has to say so of. No text is the name of anything that is there. */
const NOTHING_OF_USE: readonly unknown[] = [
  undefined,
  null,
  true,
  -1,
  1.5,
  Number.NaN,
  2 ** 53,
  10n,
  {},
  [],
  [null],
  '',
  '\0x',
  'x'.repeat(5000),
];

/** More than any takes. */
const ARGUMENTS = 6;

/** They would wait, or end the test. */
const LEFT_ALONE = [
  'sleepMilliseconds',
  'holdSignals',
  'releaseSignals',
  'createUdevCookie',
  'freeLoopNumber',
];

/** Calls each function of the addon with what is of no use to it: none at all, and six times the same. */
export function* uselessCalls(): Generator<[string, Outcome]> {
  const functions = addon() as unknown as Record<string, (...given: unknown[]) => unknown>;
  for (const name of Object.keys(functions).sort()) {
    const called = functions[name];
    if (typeof called !== 'function' || LEFT_ALONE.includes(name)) continue;
    yield [`${name}()`, outcomeOf(() => called())];
    for (const [number, value] of NOTHING_OF_USE.entries())
      yield [`${name} of number ${number}`, outcomeOf(() => called(...Array(ARGUMENTS).fill(value)))];
  }
}

/** Bytes that are UTF-8 up to somewhere, or nowhere. */
const BYTES: readonly (readonly number[])[] = [
  [],
  [0x61, 0x00, 0x62],
  [0xef, 0xbb, 0xbf, 0x61],
  [0xc3, 0xa4],
  [0xc3],
  [0xc0, 0xaf],
  [0xe2, 0x82, 0xac],
  [0xe2, 0x82],
  [0xe2, 0x82, 0x61],
  [0xe0, 0x80, 0xaf],
  [0xed, 0x9f, 0xbf],
  [0xed, 0xa0, 0x80],
  [0xed, 0xa0, 0xbd, 0xed, 0xb2, 0xa9],
  [0xf0, 0x9d, 0x84, 0x9e],
  [0xf0, 0x9d, 0x84],
  [0xf0, 0x80, 0x80, 0xaf],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0xff, 0xfe, 0x61, 0xc3, 0xa4],
  [0x61, 0x80, 0xbf, 0x62],
];

const TEXTS = [
  '',
  'plain',
  'ä',
  '\u0800',
  '\ud7ff\ue000',
  '𝄞',
  '\ud800',
  'a\udc00b',
  '\ud834x',
  '\udd1e\ud834',
  'x\0y',
];

/** Where remainders, dates and rounding go wrong, if they do. */
const NUMBERS = [
  ...[0, -0, 0.5, 1, 1.5, 2.5, 3, 7.25, 254.5, 255.5, 2147483648.75, 8.64e15],
  ...[0.49999999999999994, 4503599627370495.5, 4503599627370496, 9007199254740991],
  ...[
    5e-324,
    2.2250738585072014e-308,
    1.1e-300,
    1.7976931348623157e308,
    Number.POSITIVE_INFINITY,
    Number.NaN,
  ],
].flatMap(number => [number, -number]);

/** What the engine calculates by functions of the small program's own, where Node does by libm's. */
export function* numberCalls(): Generator<[string, Outcome]> {
  const powers = Array.from({ length: 2100 }, (_, number) => number - 1075);
  // In words the two write some powers of two with another last digit. A NaN is one, whatever its bits.
  const told = (number: number) =>
    Number.isNaN(number) ? ['NaN'] : Array.from(new Uint32Array(Float64Array.of(number).buffer));
  yield ['powers of two', outcomeOf(() => powers.map(exponent => told(2 ** exponent)))];
  for (const number of NUMBERS) {
    const name = Object.is(number, -0) ? '-0' : String(number);
    yield [`remainders of ${name}`, outcomeOf(() => NUMBERS.map(divisor => told(number % divisor)))];
    yield [`the time ${name}`, outcomeOf(() => new Date(number).getTime())];
    yield [`the month ${name}`, outcomeOf(() => new Date(0).setUTCMonth(number))];
    yield [`the byte ${name}`, outcomeOf(() => Array.from(Uint8ClampedArray.of(number)))];
    yield [`${name} to whole numbers`, outcomeOf(() => [told(Math.trunc(number)), told(Math.round(number))])];
  }
}

/** Texts into bytes and back, and what else the host gives. */
export function* hostCalls(): Generator<[string, Outcome]> {
  for (const [number, bytes] of BYTES.entries())
    yield [`text of bytes ${number}`, outcomeOf(() => host.textOf(Uint8Array.from(bytes)))];
  for (let byte = 0; byte < 256; byte++)
    for (const second of [0x20, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0])
      yield [
        `text of ${byte} ${second}`,
        outcomeOf(() => host.textOf(Uint8Array.of(byte, second, 0x80, 0x80))),
      ];
  for (const [number, text] of TEXTS.entries())
    yield [`bytes of text ${number}`, outcomeOf(() => host.bytesOf(text))];
  yield ['a variable', outcomeOf(() => host.environment('ENGINE_TEST'))];
  yield ['no variable', outcomeOf(() => host.environment('ENGINE_TEST_NONE'))];
  yield ['parameters', outcomeOf(() => host.parameters.slice(0, -1))];
  yield ['kinds', outcomeOf(() => [typeof host.elapsed(), host.processId > 0, host.elapsed() >= 0])];
}

/**
 * What the addon does to files, and says of them. The folder has files `latin1` (bytes that are no UTF-8), `holes` and
 * `text`, and one whose name is no UTF-8.
 */
export function* fileCalls(folder: string): Generator<[string, Outcome]> {
  const it: Addon = addon();
  const { readOnly, readWrite, create, exclusive, temporary, noFollow, path: pathOnly } = it.openFlags;
  const at = (name: string) => `${folder}/${name}`;
  const steps: Record<string, () => unknown> = {
    'names in a folder': () => it.listFolder(folder).sort(),
    'no folder': () => it.listFolder(at('none')),
    'a file that is no UTF-8': () => it.readText(at('latin1')),
    'the same, whole': () => it.readWholeText(at('latin1')),
    'no file': () => it.readText(at('none')),
    'no file, whole': () => it.readWholeText(at('none')),
    'a name with half a character': () => it.readText(at('\ud800')),
    status: () => withoutTimes(it.fileStatus(at('holes'))),
    'status of nothing': () => it.fileStatus(at('none')),
    'where a path leads': () => it.resolveFile(at('link'))?.path,
    'make a folder': () => it.makeFolder(at('made'), 0o700),
    'make it again': () => it.makeFolder(at('made'), 0o700),
    'its mode': () => it.setFolderMode(at('made'), 0o711),
    'the mode of none': () => it.setFolderMode(at('none'), 0o711),
    'remove it': () => it.removeFolder(at('made')),
    'remove none': () => it.removeFolder(at('made')),
    'make a link': () => it.makeLink('text', at('link')),
    'read it': () => it.readLink(at('link')),
    'read none': () => it.readLink(at('none')),
    'read what is no link': () => it.readLink(at('text')),
    'a second name': () => it.linkFile(at('text'), at('second')),
    'that again': () => it.linkFile(at('text'), at('second')),
    'another name': () => it.renameFile(at('second'), at('third')),
    'another for none': () => it.renameFile(at('second'), at('third')),
    'remove a file': () => it.removeFile(at('third')),
    'remove no file': () => it.removeFile(at('third')),
    'follow no link': () => it.openFile(at('link'), readOnly | noFollow, 0),
    'make what is there': () => it.openFile(at('text'), readWrite | create | exclusive, 0o600),
    'an attribute': () => it.setFileAttribute(at('text'), 'user.test', 'ä'),
    'the attribute': () => it.fileAttribute(at('text'), 'user.test'),
    'no attribute': () => it.fileAttribute(at('text'), 'user.none'),
    'an attribute away': () => it.removeFileAttribute(at('text'), 'user.test'),
    'room is there': () => it.filesystemRoom(folder).all >= 0,
    'room of none': () => it.filesystemRoom(at('none')),
    'a mount has a number': () => typeof it.mountNumber(folder),
    'nobody listens': () => it.connectUnixSocket(at('none'), 100),
    'no socket': () => it.sendDatagram(at('text'), 'text'),
    'a closed descriptor': () => it.closeFile(12_345),
  };
  for (const [name, step] of Object.entries(steps)) yield [name, outcomeOf(step)];
  const opened: Record<string, (descriptor: number) => unknown> = {
    kind: descriptor => withoutTimes(it.descriptorStatus(descriptor)),
    bytes: descriptor => it.readAt(descriptor, 0, 16),
    'bytes behind the end': descriptor => it.readAt(descriptor, 1 << 20, 4),
    'bytes of nothing': descriptor => it.readAt(descriptor, 0, 0),
    'the next data': descriptor => it.nextData(descriptor, 0),
    'no more data': descriptor => it.nextData(descriptor, 1 << 30),
    zeros: descriptor => it.startsWithZeros(descriptor, 512),
    'a hole': descriptor => it.digHole(descriptor, 0, 4096),
    'zeros in place': descriptor => it.writeZeros(descriptor, 8192, 16),
    'holes for zeros': descriptor => it.digZeros(descriptor, 0, 1 << 20, 4096) >= 0,
    longer: descriptor => it.growFile(descriptor, (1 << 20) + 1),
    'as long as can be told': descriptor => it.growFile(descriptor, Number.MAX_SAFE_INTEGER),
    'longer than can be told': descriptor => it.growFile(descriptor, Number.MAX_SAFE_INTEGER + 1),
    'from where nobody can tell': descriptor => it.readAt(descriptor, 2 ** 53, 1),
    'its filesystem': descriptor => it.filesystemType(descriptor) > 0,
    reserved: descriptor => it.reserveFile(descriptor, 4096),
    'copy on write': descriptor => it.isNoCopyOnWrite(descriptor),
    'where it lies': descriptor =>
      it.nextExtents(descriptor, 0).map(({ start, unwritten }) => [start, unwritten]),
    'no more extents': descriptor => it.nextExtents(descriptor, 1 << 30),
    'blocks alike': descriptor => it.blockChecksums(descriptor, 0, 3 * 4096, 4096),
    'blocks of no size': descriptor => it.blockChecksums(descriptor, 0, 4096, 0),
    'share with itself': descriptor => it.shareRange(descriptor, 0, descriptor, 4096, 4096),
    'copied onto itself': descriptor => it.copyRange(descriptor, descriptor, 0, 4096),
    'bytes in their place': descriptor => it.writeAt(descriptor, 4000, Uint8Array.of(1, 255, 0, 7)),
    'bytes that are there': descriptor => it.readAt(descriptor, 3998, 8),
    'no bytes for their place': descriptor => it.writeAt(descriptor, 0, 'text' as unknown as Uint8Array),
    'its whole filesystem': descriptor => it.syncFilesystem(descriptor),
    'a lock': descriptor => it.lockFile(descriptor),
    'on disk': descriptor => it.syncFile(descriptor),
    'its own': descriptor => it.setOwner(descriptor, 0, 0, 0o600),
    'a clone of itself': descriptor => it.cloneFile(descriptor, descriptor),
    'its own time': descriptor => it.copyModified(descriptor, descriptor),
    'to let go of no loop device': descriptor => it.detachLoop(descriptor),
    'to keep no loop device': descriptor => it.keepLoop(descriptor),
    'size of no disk': descriptor => it.blockDeviceSize(descriptor),
    'status of no loop device': descriptor => it.loopStatus(descriptor),
    'what is written': descriptor => it.writeText(descriptor, 'half \ud800, whole 𝄞'),
    'what was written': descriptor => it.readAt(descriptor, 0, 24),
    'no socket to send by': descriptor => it.sendBytes(descriptor, Uint8Array.of(1), 10),
    'no bytes to send': descriptor => it.sendBytes(descriptor, 'text' as unknown as Uint8Array, 10),
    'no socket to hear by': descriptor => it.receiveBytes(descriptor, 1, 10),
  };
  const descriptor = it.openFile(at('holes'), readWrite, 0);
  for (const [name, step] of Object.entries(opened)) yield [name, outcomeOf(() => step(descriptor))];
  it.closeFile(descriptor);
  const nameless = it.openFile(folder, readWrite | temporary, 0o600);
  yield ['a name for the nameless', outcomeOf(() => it.linkTemporaryFile(nameless, at('named')))];
  yield ['a name that is taken', outcomeOf(() => it.linkTemporaryFile(nameless, at('text')))];
  it.closeFile(nameless);
  const looked = it.openFile(at('text'), pathOnly, 0);
  yield ['read what is only looked at', outcomeOf(() => it.readAt(looked, 0, 1))];
  it.closeFile(looked);
  const input = it.openFile(at('latin1'), readOnly, 0);
  yield ['a text in what comes', outcomeOf(() => it.readInput(input, 100, 'a'))];
  yield ['no such text in it', outcomeOf(() => it.readInput(input, 100, 'nowhere'))];
  it.closeFile(input);
}

/** Two folders are compared: what was when in each, and which file it is, differs. */
function withoutTimes(status: object | null): unknown {
  if (status === null) return null;
  const { inode, modified, changed, allocated, ...rest } = status as Record<string, unknown>;
  return { ...rest, kinds: [typeof inode, typeof modified, typeof changed, typeof allocated] };
}

/** Everything, by name. */
export function allCalls(folder: string): Record<string, Outcome> {
  return Object.fromEntries([...uselessCalls(), ...hostCalls(), ...numberCalls(), ...fileCalls(folder)]);
}
