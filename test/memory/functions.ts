// The functions of the addon that need no device-mapper: what each takes.
import { closeSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Addon } from '../../src/native/addon.ts';
import {
  type Argument,
  anyText,
  bytes,
  descriptor,
  loops,
  names,
  number,
  type Outcome,
  path,
  text,
} from './arguments.ts';
import {
  closeLater,
  DATAGRAM,
  file,
  folder,
  kernel,
  link,
  nothing,
  open,
  SCRATCH,
  STREAM,
} from './scratch.ts';

type Name = { [K in keyof Addon]: Addon[K] extends (...values: never[]) => unknown ? K : never }[keyof Addon];

export interface Tried {
  takes: readonly Argument[];
  /** What a call as it should be may come to besides its answer, where a filesystem cannot do it, or nothing comes in time. */
  cannot?: Outcome;
  /** Takes back what a call has made that answered so. */
  after?: (answer: unknown) => void;
}

export type Functions = Partial<Record<Name, Tried>>;

const { readWrite, temporary } = kernel.openFlags;
const aFile = descriptor(() => open(file()));
const anotherFile = descriptor(() => open(file('another')));
const aSocket = descriptor(() => closeLater(kernel.connectUnixSocket(STREAM, 5000)));
const aPath = path(() => file());
const mode = number(32, () => 0o666);
const nothingThere = path(() => nothing());
const position = number(53, () => 4096);
/** Whose it stays, as chown has it. */
const nobodyElse = number(32, () => 2 ** 32 - 1);
/** Milliseconds: a pipe in which nothing is is waited for as long. */
const soon = number(32, () => 1);
const closeAnswer = (answer: unknown) => closeSync(answer as number);

/** A folder of three files. */
function fullFolder(): string {
  const path = folder();
  for (const name of ['a', 'b', 'c']) writeFileSync(join(path, name), '');
  return path;
}

/** A file that has the attribute. */
function labelled(): string {
  const path = file();
  kernel.setFileAttribute(path, 'user.label', 'a label');
  return path;
}

function leased(): number {
  const descriptor = open(file());
  kernel.takeLease(descriptor);
  return descriptor;
}

const attribute = text(256, () => 'user.label');

export const FUNCTIONS: Functions = {
  // Whether or not there is such a device.
  loopAnswers: { takes: [loops(() => [{ name: 'loop0', file: file() }]), number(32, () => 5000)] },
  // Whether or not there are such nodes.
  blockAnswers: { takes: [names(64, () => ['/dev/loop0', '/dev/null']), number(32, () => 5000)] },
  copyAttribute: {
    takes: [
      text(64, () => '/proc/sys/kernel/ostype'),
      text(64, () => '/dev/null'),
      text(16, () => ''),
      number(32, () => 5000),
    ],
  },
  writeAttribute: { takes: [text(64, () => '/dev/null'), text(16, () => '4'), number(32, () => 5000)] },
  mountNumber: { takes: [aPath] },
  fileStatus: { takes: [aPath] },
  linkStatus: { takes: [path(() => link())] },
  resolveFile: { takes: [aPath] },
  descriptorStatus: { takes: [aFile] },
  openFile: { takes: [aPath, number(32, () => readWrite), mode], after: closeAnswer },
  listFolder: { takes: [path(fullFolder)] },
  readLink: { takes: [path(() => link())] },
  makeFolder: { takes: [nothingThere, mode] },
  removeFile: { takes: [aPath] },
  linkTemporaryFile: {
    takes: [descriptor(() => open(SCRATCH, readWrite | temporary), 'ENOENT'), nothingThere],
  },
  closeFile: { takes: [descriptor(() => open(file()), 'answers')] },
  readAt: { takes: [aFile, position, number(53, () => 8192)] },
  filesystemType: { takes: [aFile] },
  writeText: { takes: [aFile, anyText(() => 'some words')] },
  writeAnswer: { takes: [aFile, anyText(() => 'some words')] },
  isTerminal: { takes: [descriptor(() => open(file()), 'answers')] },
  growFile: { takes: [aFile, position] },
  setOwner: { takes: [aFile, nobodyElse, nobodyElse, mode] },
  syncFile: { takes: [aFile] },
  sleepMilliseconds: { takes: [number(32, () => 0, 'no call')] },
  lockFile: { takes: [aFile] },
  removedLockHolder: { takes: [aFile] },
  digHole: { takes: [aFile, position, number(53, () => 4096)] },
  writeZeros: { takes: [aFile, position, number(32, () => 64)] },
  nextData: { takes: [aFile, number(53, () => 0)] },
  startsWithZeros: { takes: [aFile, number(53, () => 4096)] },
  digZeros: { takes: [aFile, number(53, () => 0), number(53, () => 8192), number(32, () => 4096)] },
  takeLease: { takes: [aFile] },
  giveLeaseBack: { takes: [descriptor(leased)] },
  cloneFile: { takes: [aFile, anotherFile], cannot: 'EOPNOTSUPP' },
  copyModified: { takes: [aFile, anotherFile] },
  filesystemRoom: { takes: [aPath] },
  reserveFile: { takes: [aFile, number(53, () => 8192)] },
  isNoCopyOnWrite: { takes: [aFile] },
  nextExtents: { takes: [aFile, number(53, () => 0)], cannot: 'EOPNOTSUPP' },
  blockChecksums: { takes: [aFile, number(53, () => 0), number(53, () => 8192), number(32, () => 4096)] },
  // Where nothing is shared, the second file is not looked at.
  shareRange: {
    takes: [aFile, position, descriptor(() => open(file('another')), 'an error'), position, position],
    cannot: 'EOPNOTSUPP',
  },
  syncFilesystem: { takes: [aFile] },
  copyRange: {
    takes: [aFile, anotherFile, number(53, () => 0), number(53, () => 8192)],
  },
  writeAt: { takes: [aFile, position, bytes(() => Buffer.from('some bytes'))] },
  // It waits 20 s for the end of what comes by a pipe.
  readInput: {
    takes: [
      descriptor(() => open(file()), 'EBADF', ['of a pipe']),
      number(53, () => 8192),
      text(256, () => 'xxx'),
    ],
  },
  // It waits for what comes by a pipe.
  readNext: { takes: [descriptor(() => open(file()), 'EBADF', ['of a pipe']), number(53, () => 8192)] },
  readText: { takes: [aPath] },
  readWholeText: { takes: [aPath] },
  renameFile: { takes: [aPath, path(() => nothing('renamed'))] },
  linkFile: { takes: [aPath, path(() => nothing('linked'))] },
  makeLink: { takes: [path(() => 'target'), path(() => nothing())] },
  removeFolder: { takes: [path(() => folder())] },
  setFolderMode: { takes: [path(() => folder()), number(32, () => 0o700)] },
  fileAttribute: { takes: [path(labelled), attribute] },
  setFileAttribute: { takes: [aPath, attribute, text(1024, () => 'a label')] },
  removeFileAttribute: { takes: [path(labelled), attribute] },
  holdSignals: { takes: [], after: () => kernel.releaseSignals() },
  releaseSignals: { takes: [] },
  connectUnixSocket: { takes: [path(() => STREAM), number(32, () => 5000)], after: closeAnswer },
  sendBytes: { takes: [aFile, bytes(() => Buffer.from('some bytes')), soon] },
  receiveBytes: { takes: [aFile, number(32, () => 4096), soon] },
  endSending: { takes: [aSocket] },
  // Whoever ends the conversation may be slower than that.
  receiveNext: { takes: [aSocket, soon], cannot: 'ETIMEDOUT' },
  checksum: { takes: [anyText(() => 'some words')] },
  sendDatagram: { takes: [path(() => DATAGRAM), anyText(() => 'some words')] },
};
