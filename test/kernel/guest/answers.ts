// Where the node that prepare prints goes, and what becomes of the device when it goes nowhere.
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './checks.ts';
import { hashOf, type Template } from './images.ts';
import { cleanupHere, prepareHere } from './in-process.ts';
import { executable, must, UDEV } from './programs.ts';
import { deviceNames, loopDevices } from './state.ts';

/** A standard output, or error, that takes nothing: what is said of it, and how it is made in a folder. */
interface Deaf {
  name: string;
  reason: string;
  open(folder: string): { descriptor: number; close(): void };
}

const DEAF: readonly Deaf[] = [
  {
    name: 'a full disk',
    reason: 'no space left',
    open: () => opened(openSync('/dev/full', 'w')),
  },
  {
    name: 'a descriptor for reading',
    reason: 'it is not open for writing',
    open: () => opened(openSync('/dev/null', 'r')),
  },
  {
    name: 'a pipe whose reader has gone',
    reason: 'its reader has gone',
    open: folder => {
      const { fifo, reader } = openPipe(folder);
      const writer = openSync(fifo, 'w');
      closeSync(reader);
      return opened(writer);
    },
  },
  {
    name: 'a full pipe that nobody reads',
    reason: 'its reader does not read',
    open: folder => {
      const { fifo, reader } = openPipe(folder);
      const writer = openSync(fifo, 'w');
      fill(reader);
      return opened(writer, reader);
    },
  },
];

function opened(descriptor: number, ...others: number[]): { descriptor: number; close(): void } {
  return {
    descriptor,
    close: () => {
      for (const one of [descriptor, ...others]) closeSync(one);
    },
  };
}

/** A named pipe, with an end that reads and writes and does not wait. */
function openPipe(folder: string): { fifo: string; reader: number } {
  const fifo = join(folder, 'pipe');
  must('rm', '-f', fifo);
  must('mkfifo', fifo);
  return { fifo, reader: openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK) };
}

function fill(pipe: number): void {
  for (;;)
    try {
      writeSync(pipe, Buffer.alloc(4096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
      throw error;
    }
}

/** @returns the exit status, and what was said on the other of the two */
function prepareInto(stream: 'stdout' | 'stderr', descriptor: number, type: string, images: string) {
  const { status, stdout, stderr, signal } = spawnSync(executable(), ['prepare', type, images], {
    encoding: 'utf8',
    stdio: ['ignore', stream === 'stdout' ? descriptor : 'pipe', stream === 'stderr' ? descriptor : 'pipe'],
    timeout: 60_000,
  });
  return { status, signal, said: stream === 'stdout' ? stderr : stdout };
}

const REQUESTS: readonly { type: 'snapshot' | 'origin'; images: (template: Template) => string[] }[] = [
  { type: 'snapshot', images: ({ root, rootCow, vm1 }) => [root, rootCow, vm1] },
  { type: 'origin', images: ({ root, rootCow }) => [root, rootCow] },
];

function world(): unknown {
  return [deviceNames(), loopDevices()];
}

// Nothing of this is another with udev, and one of them waits by the clock.
const DEAF_HERE = UDEV ? DEAF.slice(0, 1) : DEAF;

for (const { name, reason, open } of DEAF_HERE)
  check(`a device that nobody can be told of goes again: standard output is ${name}`, (test, template) => {
    const told = (type: 'snapshot' | 'origin', images: string) => {
      const { descriptor, close } = open(template.folder);
      const outcome = prepareInto('stdout', descriptor, type, images);
      close();
      test.same(
        outcome,
        {
          status: 1,
          signal: null,
          said: `block-snapshot: the answer cannot be written to standard output: ${reason}\n`,
        },
        `${type}: one line`,
      );
    };
    for (const { type, images } of REQUESTS) {
      const files = images(template);
      told(type, files.join(':'));
      test.same(world(), [[], []], `${type}: nothing of it is left`);
      const node = prepareHere(type, ...files);
      test.equal(hashOf(node), template.hash, `${type}: the next one gets its disk`);
      const before = world();
      told(type, files.join(':'));
      test.same(world(), before, `${type}: what was there before stays`);
      cleanupHere(type, node);
    }
  });

for (const { name, open } of DEAF_HERE)
  check(
    `a device comes about though nothing can be said beside: standard error is ${name}`,
    (test, template) => {
      // Something to say: the last bytes of the base are no full sector.
      must('truncate', '-s', '+100', template.root);
      const { descriptor, close } = open(template.folder);
      const images = [template.root, template.rootCow, template.vm1].join(':');
      const outcome = prepareInto('stderr', descriptor, 'snapshot', images);
      close();
      test.match(outcome, { status: 0, said: /^\/dev\/mapper\/snapshot-.*\n$/ });
      cleanupHere('snapshot', outcome.said.trimEnd());
    },
  );

check('a caller that wants no answer closes standard output, or gives it away', (test, template) => {
  const images = [template.root, template.rootCow, template.vm1].join(':');
  for (const redirection of ['>&-', '>/dev/null']) {
    const script = `exec "$0" prepare snapshot "$1" ${redirection}`;
    test.equal(must('sh', '-c', script, executable(), images), '', redirection);
    test.equal(deviceNames().length, 2, `${redirection}: the devices are there`);
    cleanupHere('snapshot', deviceNames().at(-1) ?? '');
  }
});
