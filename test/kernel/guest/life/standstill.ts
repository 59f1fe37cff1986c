// A disk that does not answer any more while the kernel merges: the wait for it ends by the clock, and what it says goes on.
import type { Test } from 'tap';
import { revert } from '../../../../src/templates/revert/revert.ts';
import { templateFiles } from '../../../../src/templates/template-files.ts';
import { follow } from '../advice/follow.ts';
import { checkLasting } from '../checks.ts';
import { hashOf, MEBIBYTE, makeImage } from '../images.ts';
import { must } from '../programs.ts';
import { commitHere, refusalOf, runTemplate } from './in-process.ts';

const SIZE = 64 * MEBIBYTE;

/** A minute of this process's clock is over with each look at it. @returns what gives the clock back */
function hurry(): () => void {
  const { now } = performance;
  let minutes = 0;
  performance.now = () => {
    minutes += 1;
    return now.call(performance) + minutes * 60_000;
  };
  return () => {
    performance.now = now;
  };
}

/** More than what a merge that has nothing to write to any more still counts as written, in sectors. */
const ENOUGH = 8 * 2048;

/** @returns how many sectors of the store the kernel has not merged yet, its metadata included */
function sectorsToMerge(): number {
  return Number(/snapshot-merge (\d+)\//.exec(must('dmsetup', 'status', '--target', 'snapshot-merge'))?.[1]);
}

/** Reverts, and has the disk stand still once the kernel merges. @returns why that ended; undefined when it was faster */
async function stalled(root: string): Promise<string | undefined> {
  let clockBack: (() => void) | undefined;
  const said = await refusalOf(() =>
    revert(templateFiles(root), {
      confirm: async () => true,
      nameUser: attachment => attachment,
      progress: {
        start: () => {},
        update: () => {
          if (clockBack !== undefined) return;
          must('dmsetup', 'suspend', '--noflush', '--nolockfs', 'disk');
          // A revert whose merge has ended meanwhile would wait for this very disk, and this process with it.
          if (sectorsToMerge() > ENOUGH) clockBack = hurry();
          else must('dmsetup', 'resume', 'disk');
        },
        end: () => {},
      },
    }),
  );
  clockBack?.();
  must('dmsetup', 'resume', 'disk');
  return said === 'it was not refused' ? undefined : said;
}

checkLasting(
  'a merge whose disk stands still is not waited for without end, and goes on as that says',
  async (test: Test, { folder }) => {
    const loop = must('losetup', '-f', '--show', makeImage(`${folder}/disk.img`, 4 * SIZE));
    must('dmsetup', 'create', 'disk', '--table', `0 ${must('blockdev', '--getsz', loop)} linear ${loop} 0`);
    const place = `${folder}/place`;
    must('mkdir', place);
    must('mkfs.ext4', '-q', '-b', '4096', '/dev/mapper/disk');
    must('mount', '/dev/mapper/disk', place);
    const root = makeImage(`${place}/root.img`, SIZE);
    const before = hashOf(root);
    let said: string | undefined;
    // The kernel may have merged everything before its disk stands still.
    for (let attempt = 0; attempt < 5 && said === undefined; attempt++) {
      runTemplate(
        root,
        `${place}/root-cow.img`,
        ...Array.from({ length: 8 }, (_, n) => [n * 8 * MEBIBYTE, 8 * MEBIBYTE] as const),
      );
      commitHere(root);
      said = await stalled(root);
    }
    test.match(
      said,
      /the kernel has merged nothing of \/dev\/mapper\/snapshot-\S+ for 5 min 0 s: see what keeps its disk/,
    );
    test.match(follow(said ?? '', 'block-snapshot revert /'), { status: 0 });
    test.equal(hashOf(root), before);
    must('umount', place);
    must('dmsetup', 'remove', 'disk');
    must('losetup', '-d', loop);
  },
);
