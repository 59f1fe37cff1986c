// The description of a VM with a read-only root that docs/vm-layer.md shows, by the default template.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT, runAs } from '../unit/executable.ts';

const said = readFileSync(join(PROJECT, 'docs/vm-layer.md'), 'utf8');
const shown = /("kernelopts_common"[\s\S]*?\n {4}\])/.exec(said)?.[1] ?? '';

t.test(
  'a VM whose root is a snapshot that it may not write to has it read-only, and its volatile disk third',
  async t => {
    const vm = JSON.parse(readFileSync(join(PROJECT, 'test/domain-xml/data/vm/pvh_net.json'), 'utf8'));
    const file = join(t.testdir(), 'vm.json');
    writeFileSync(file, JSON.stringify({ ...vm, ...JSON.parse(`{${shown}}`) }));
    const { status, stdout, stderr } = runAs(
      'domain-xml',
      'render',
      vm.name,
      '--vm',
      file,
      '--templates',
      join(PROJECT, 'templates'),
    );
    t.same([status, stderr], [0, '']);
    const disks = [...stdout.matchAll(/<disk [\s\S]*?<\/disk>/g)].map(([disk]) => ({
      source: /<source dev="([^"]*)"/.exec(disk)?.[1],
      target: /<target dev="([^"]*)"/.exec(disk)?.[1],
      readonly: disk.includes('<readonly/>'),
    }));
    t.same(disks, [
      { source: `/run/block-snapshot/${vm.name}/xvda`, target: 'xvda', readonly: true },
      { source: '/var/lib/vm/private.img', target: 'xvdb', readonly: false },
      { source: '/var/lib/vm/volatile.img', target: 'xvdc', readonly: false },
      { source: '/var/lib/kernels/6.6/modules.img', target: 'xvdd', readonly: true },
    ]);
    t.match(stdout, 'root=/dev/mapper/dmroot ro');
    t.match(
      stdout,
      '<device target="xvda" type="snapshot" images="/var/lib/t/root.img:/var/lib/t/root-cow.img:/var/lib/vm/work-cow.img"/>',
    );
  },
);
