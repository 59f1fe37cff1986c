import { closeSync, mkdirSync, openSync } from 'node:fs';
import { checkLasting } from '../checks.ts';
import { SERVERS } from '../filesystems/mounts.ts';
import { MEBIBYTE, makeImage, type Template } from '../images.ts';
import { planMessage } from '../kernel-log.ts';
import { must } from '../programs.ts';
import { running } from './devices.ts';
import { diagnose, finds } from './diagnosis.ts';

finds('a loop device that carries nothing', {
  kinds: ['spare-loop'],
  mends: true,
  plant: ({ vm1 }) => {
    must('losetup', '-f', vm1);
    must('udevadm', 'settle');
  },
});

finds('a second loop device on an image in use', {
  kinds: ['image-attached-twice'],
  mends: true,
  plant: template => {
    const { stop } = running(template);
    must('losetup', '-f', template.root);
    must('udevadm', 'settle');
    return stop;
  },
});

/** A VM on a volume that this test can do things to. @returns how all goes again */
export function onVolume(template: Template, change: (loop: string) => void, back: () => void): () => void {
  const loop = must('losetup', '-f', '--show', template.root);
  must('dmsetup', 'create', 'volume', '--table', `0 8192 linear ${loop} 0`);
  const { stop } = running({ ...template, root: '/dev/mapper/volume' });
  change(loop);
  return () => {
    back();
    stop();
    must('dmsetup', 'remove', '--retry', 'volume');
    must('losetup', '-d', loop);
  };
}

finds('a base that does not answer', {
  kinds: ['silent-base'],
  mends: false,
  plant: template =>
    onVolume(
      template,
      () => must('dmsetup', 'suspend', 'volume'),
      () => must('dmsetup', 'resume', 'volume'),
    ),
});

finds('a base whose first block cannot be read', {
  kinds: ['unreadable-base'],
  mends: false,
  plant: template => {
    planMessage('^Buffer I/O error on dev dm-[0-9]+, logical block [0-9]+, async page read');
    return onVolume(
      template,
      loop => {
        must('sh', '-c', `printf '0 8 error\\n8 8184 linear ${loop} 8\\n' | dmsetup load volume`);
        must('dmsetup', 'resume', 'volume');
      },
      () => undefined,
    );
  },
});

checkLasting(
  'a loop device whose filesystem does not answer, and nothing waits for it',
  async (test, { folder }) => {
    const [server] = SERVERS;
    mkdirSync(`${folder}/server`);
    const served = server?.mount(`${folder}/server`);
    const image = makeImage(`${served?.point}/elsewhere.img`, MEBIBYTE);
    const loop = must('losetup', '-f', '--show', image);
    const held = openSync(loop, 'r');
    served?.stop();
    const { findings } = await diagnose();
    test.match(
      findings.map(({ kind, mend }) => [kind, mend]),
      [['silent-loop', []]],
    );
    served?.goOn();
    closeSync(held);
    must('losetup', '-d', loop);
    must('udevadm', 'settle');
    served?.unmount();
  },
);
