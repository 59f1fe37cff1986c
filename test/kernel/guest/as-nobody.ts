import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DIST, must, type Outcome, run } from './programs.ts';

const FOLDER = '/run/lab/dist';

/** Runs block-snapshot as nobody: through a mount, for a clone that lies below /root is closed to everybody else. */
export function asNobody(...parameters: string[]): Outcome {
  mkdirSync(FOLDER, { recursive: true });
  must('mount', '--bind', DIST, FOLDER);
  try {
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    return run('setpriv', [...nobody, join(FOLDER, 'block-snapshot'), ...parameters]);
  } finally {
    must('umount', FOLDER);
  }
}
