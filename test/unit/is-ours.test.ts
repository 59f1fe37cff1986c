import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT } from './executable.ts';

const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));

function isOurs(...files: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(join(PROJECT, 'tools/is-ours.sh'), [version, ...files], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

t.test(
  'The check of the build takes both executables, and refuses the larger one once it was stripped',
  async t => {
    const folder = t.testdir();
    const [small, larger] = ['block-snapshot', 'block-snapshot-tools'].map(name => {
      const copy = join(folder, name);
      copyFileSync(join(PROJECT, 'dist', name), copy);
      return copy;
    }) as [string, string];
    copyFileSync(join(PROJECT, 'dist/block-snapshot.node'), join(folder, 'block-snapshot.node'));
    t.same(isOurs(small, larger), { status: 0, stderr: '' });
    execFileSync('strip', [small, larger]);
    t.same(isOurs(small), { status: 0, stderr: '' }, 'the small one may be');
    const { status, stderr } = isOurs(small, larger);
    t.equal(status, 1);
    t.match(
      stderr,
      /^make: \/.+\/block-snapshot-tools is not ours any more, says that it is "[\d.]+", .*\n$/,
    );
  },
);

t.test('The check of the build refuses another version, and what does not run at all', async t => {
  const larger = join(PROJECT, 'dist/block-snapshot-tools');
  const { status, stderr } = spawnSync(join(PROJECT, 'tools/is-ours.sh'), ['0.0.9', larger], {
    encoding: 'utf8',
  });
  t.equal(status, 1);
  t.match(stderr, `says that it is "block-snapshot ${version} `);
  t.equal(isOurs(join(PROJECT, 'README.md')).status, 1);
});
