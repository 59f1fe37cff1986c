import { addon } from '../../native/addon.ts';

/** The kernel's list of sockets of files: `…: references protocol flags type state inode path`. */
const SOCKETS = '/proc/net/unix';

/** The flag of one that is listened at. */
const LISTENING = 0x1_0000;

/**
 * Whether somebody listens at a socket. One whose queue is full refuses connections for now; not every runtime tells that
 * from one at which nobody listens any more.
 */
export function isListenedAt(path: string): boolean {
  const wanted = realPath(path);
  return addon()
    .readWholeText(SOCKETS)
    .split('\n')
    .some(line => {
      const match = /^\S+ \S+ \S+ ([0-9A-Fa-f]{8}) \S+ \S+ +\d+ (\/.*)$/.exec(line);
      const [, flags = '', bound = ''] = match ?? [];
      return (Number.parseInt(flags, 16) & LISTENING) !== 0 && (bound === path || realPath(bound) === wanted);
    });
}

function realPath(path: string): string {
  try {
    return addon().resolveFile(path)?.path ?? path;
  } catch {
    return path;
  }
}
