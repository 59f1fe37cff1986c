// What may be left behind, each by itself: whoever says that nothing is has to notice it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dropLockFile, LOCK_FOLDER, tryLockFile } from '../../../../src/devices/kernel/lock-file.ts';
import { MEBIBYTE, makeImage } from '../images.ts';
import { kernel, must } from '../programs.ts';

/** By the name under which it is counted. Each leaves one behind, and gives what takes it away again. */
export const LEAKS: Readonly<Record<string, (folder: string) => () => unknown>> = {
  devices: () => {
    kernel.createDevice('left-over');
    return () => kernel.removeDevice('left-over', 0, 0);
  },
  'nodes of devices': () => leftFile('/dev/mapper', 'left-over'),
  'loop devices': folder => {
    const loop = must('losetup', '-f', '--show', makeImage(`${folder}/image`, MEBIBYTE));
    return () => must('losetup', '-d', loop);
  },
  semaphores: () => {
    const id = /\d+$/.exec(must('ipcmk', '-S', '1'))?.[0];
    if (id === undefined) throw new Error('ipcmk does not say what it made');
    return () => must('ipcrm', '-s', id);
  },
  'open files': folder => {
    const file = openSync(folder, 'r');
    return () => closeSync(file);
  },
  processes: () => {
    const sleeping = spawn('sleep', ['600'], { stdio: 'ignore' });
    return () => {
      sleeping.kill();
      return once(sleeping, 'exit');
    };
  },
  mounts: folder => {
    must('mount', '--bind', folder, folder);
    return () => must('umount', folder);
  },
  records: () => leftFile('/run/xen-hotplug', 'backend-vbd-1-51712-params'),
  'held locks': () => {
    mkdirSync(LOCK_FOLDER, { recursive: true });
    const lock = tryLockFile(`${LOCK_FOLDER}/left-over.lock`);
    if (lock === undefined) throw new Error('somebody else has that lock');
    return () => dropLockFile(lock);
  },
  'files of locks': () => leftFile(LOCK_FOLDER, 'left-over.lock'),
};

function leftFile(folder: string, name: string): () => void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}`, '');
  return () => rmSync(`${folder}/${name}`);
}

/** What a pipe holds; KiB. */
const PIPE = 64;

/** Has the kernel keep that much memory, in pipes that nobody reads. @param kibibytes a multiple of 64 @returns what gives it back */
export function leakMemory(kibibytes: number, folder: string): () => void {
  const pipes = Array.from({ length: kibibytes / PIPE }, (_, number) => {
    const path = `${folder}/pipe${number}`;
    must('mkfifo', path);
    const pipe = openSync(path, 'r+');
    writeSync(pipe, Buffer.alloc(PIPE * 1024));
    return pipe;
  });
  return () => {
    for (const pipe of pipes) closeSync(pipe);
  };
}
