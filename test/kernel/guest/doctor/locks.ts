import { mkdirSync } from 'node:fs';
import { releaseLockFile, tryLockFile } from '../../../../src/devices/kernel/lock-file.ts';
import { checkLasting } from '../checks.ts';
import { statKey } from '../images.ts';
import { must } from '../programs.ts';
import { diagnose, finds, kindsFound } from './diagnosis.ts';

const fileOf = (root: string, suffix: string) => `/run/block-snapshot/${statKey(root)}${suffix}`;

checkLasting('a lock that is held for long, with who holds it', async (test, { root }) => {
  const lock = tryLockFile(fileOf(root, '.lock'));
  if (lock === undefined) throw new Error('the lock is taken');
  const { findings } = await diagnose();
  test.match(findings, [{ kind: 'lock-held', mend: [] }]);
  test.match(findings[0]?.found.join(''), `process ${process.pid} (`);
  releaseLockFile(lock);
  test.same(await kindsFound(test), []);
});

finds('what a killed operation has left', {
  kinds: ['operation-left'],
  mends: true,
  plant: ({ root }) => mkdirSync(fileOf(root, '.operation.lock')),
});

checkLasting('an operation that runs is no fault, nor is the lock that it takes', async (test, { root }) => {
  const operation = tryLockFile(fileOf(root, '.operation'));
  const lock = tryLockFile(fileOf(root, '.lock'));
  mkdirSync(fileOf(root, '.operation.lock'));
  test.same(await kindsFound(test), []);
  must('rmdir', fileOf(root, '.operation.lock'));
  for (const held of [operation, lock]) if (held !== undefined) releaseLockFile(held);
});

finds('a folder of locks that others can write', {
  kinds: ['open-locks'],
  mends: true,
  plant: () => {
    must('chmod', '777', '/run/block-snapshot');
  },
});
