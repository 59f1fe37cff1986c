import { rmSync } from 'node:fs';
import { check } from '../checks.ts';
import { MEBIBYTE, makeImage } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { blockSnapshot, must } from '../programs.ts';
import { onlyTemplate, seen } from './seen.ts';

check(
  'a loop device that carries nothing is shown, whoever made it, and whatever became of its file',
  (test, template) => {
    const left = must('losetup', '-f', '--show', template.vm1);
    const deleted = must('losetup', '-f', '--show', makeImage(`${template.folder}/gone.img`, MEBIBYTE));
    rmSync(`${template.folder}/gone.img`);
    test.match(seen(), {
      templates: [],
      loopDevices: [
        { node: left, unused: true, file: { path: template.vm1, place: 'present' } },
        {
          node: deleted,
          unused: true,
          file: { path: `${template.folder}/gone.img`, place: 'deleted', size: null },
        },
      ],
    });
    const { stdout } = blockSnapshot('list');
    test.match(stdout, `  ${left}  ${template.vm1}\n`);
    test.match(stdout, `  ${deleted}  ${template.folder}/gone.img (deleted)\n`);
    for (const loop of [left, deleted]) must('losetup', '-d', loop);
  },
);

check('a loop device that is mounted, or carries another device, is not unused', (test, template) => {
  must('mkfs.ext4', '-q', template.vm1);
  const [mounted, carrier] = [template.vm1, template.vm2].map(file => must('losetup', '-f', '--show', file));
  must('mount', '-o', 'ro', mounted ?? '', '/mnt');
  must('dmsetup', 'create', 'something', '--table', `0 8 linear ${carrier} 0`);
  test.match(seen().loopDevices, [
    { node: mounted, unused: false, users: [{ kind: 'mount', path: '/mnt' }] },
    { node: carrier, unused: false, users: [{ kind: 'device', name: 'something' }] },
  ]);
  must('umount', '/mnt');
  must('dmsetup', 'remove', 'something');
  for (const loop of [mounted, carrier]) must('losetup', '-d', loop ?? '');
});

check('a file whose name ends as the kernel marks deleted ones is found', (test, template) => {
  const path = makeImage(`${template.folder}/a (deleted)`, MEBIBYTE);
  const node = prepareHere('snapshot', template.root, template.rootCow, path);
  test.match(onlyTemplate().versions[0]?.layers[0], { cow: { path, place: 'present' } });
  rmSync(path);
  test.match(onlyTemplate().versions[0]?.layers[0], { cow: { path, place: 'deleted' } });
  cleanupHere('snapshot', node);
});

check(
  'a path with control characters cannot reach the terminal, and comes whole in JSON',
  (test, template) => {
    const path = makeImage(`${template.folder}/\u001b[2J\rcow.img`, MEBIBYTE);
    const node = prepareHere('snapshot', template.root, template.rootCow, path);
    test.equal(onlyTemplate().versions[0]?.layers[0]?.cow.path, path);
    const { stdout } = blockSnapshot('list');
    test.match(stdout, '\\x1b[2J\\x0dcow.img ');
    test.notMatch(stdout.replaceAll('\n', ''), /\p{Cc}/u);
    cleanupHere('snapshot', node);
  },
);
