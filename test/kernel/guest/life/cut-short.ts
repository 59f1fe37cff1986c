// What is copied to a loop device while its filesystem becomes full: that has room for a part of a write then, and says so. From
// Linux 6.15 on (with direct I/O in any) the loop driver takes that for the whole.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { disk, mustAdd, mustRemove } from '../hotplug/disks.ts';
import { CHUNK_BYTES, hashOf, readAt, writeRandomAt } from '../images.ts';
import { executable, must, mustCleanup, mustPrepare } from '../programs.ts';
import { refusalOf, revertHere } from './in-process.ts';
import { COW, checkOn, EXT4, FILLER, fill, MOUNT, ROOT, SIZE } from './small-filesystem.ts';

/** The loop devices that make requests of less than their driver takes. */
function slowLoops(): string[] {
  const kibibytes = (loop: string, name: string) =>
    Number(readFileSync(`/sys/block/${loop}/queue/${name}`, 'utf8'));
  return readdirSync('/sys/block')
    .filter(name => name.startsWith('loop'))
    .filter(loop => kibibytes(loop, 'max_sectors_kb') < kibibytes(loop, 'max_hw_sectors_kb'));
}

function whatIsRead(node: string, at: number, wanted: Uint8Array): string {
  try {
    return readAt(node, at, wanted.length).equals(wanted) ? 'the old bytes' : 'something else';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

for (const left of [300, 400, 500])
  for (const first of ['VM', 'template'] as const)
    checkOn(
      EXT4,
      `a store with room for ${left} KiB, where the ${first} starts first: no VM reads a block that was cut short`,
      test => {
        const before = readFileSync(ROOT);
        const vm = disk(94);
        const origins = first === 'VM' ? [] : [mustPrepare('origin', ROOT, COW)];
        const own = `${MOUNT}/vm.img`;
        must('truncate', '-s', String(SIZE), own);
        const node = mustAdd(vm, first === 'VM' ? `${ROOT}:${COW}` : `${ROOT}:${own}`);
        const [origin = mustPrepare('origin', ROOT, COW)] = origins;
        must('sync');
        fill(left * 1024);
        const seen = new Set<string>();
        for (let at = 0; at < SIZE; at += CHUNK_BYTES) {
          writeRandomAt(origin, at, 4096);
          writeFileSync('/proc/sys/vm/drop_caches', '3');
          seen.add(whatIsRead(node, at, before.subarray(at, at + CHUNK_BYTES)));
        }
        test.same([...seen], ['the old bytes', 'EIO'], 'at first all is kept, then the kernel gives it up');
        mustCleanup('origin', origin);
        test.same(slowLoops(), [], 'when the template has stopped its loop devices are as they were');
        mustRemove(vm);
      },
    );

checkOn(
  EXT4,
  'a merge into holes whose room goes while it is under way is not taken for done',
  async test => {
    const before = hashOf(ROOT);
    const origin = mustPrepare('origin', ROOT, COW);
    must('dd', 'if=/dev/zero', `of=${origin}`, 'bs=512K', 'count=1', 'conv=fsync,notrunc');
    mustCleanup('origin', origin);
    must(executable(), 'commit', ROOT);
    must(executable(), 'trim', ROOT);
    must('sync', '-f', MOUNT);
    const refusal = await refusalOf(() => revertHere(ROOT, 1, false, () => fill(300 * 1024)));
    test.match(refusal, 'the kernel could not go on merging');
    rmSync(FILLER);
    must(executable(), 'revert', ROOT);
    test.equal(hashOf(ROOT), before);
    test.same(slowLoops(), [], 'its loop devices are as they were');
  },
);
