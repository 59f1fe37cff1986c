// What make install-vm puts into the system that VMs boot, and make uninstall-vm takes away.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { PROJECT } from './executable.ts';
import { succeed, tree, write } from './installation.ts';

const HOOK = 'usr/share/initramfs-tools/hooks/wrap-root';
const SCRIPTS = ['local-top', 'local-bottom'].map(
  name => `usr/share/initramfs-tools/scripts/${name}/wrap-root`,
);

t.test('what is installed is what both flavours look for, and all of it is taken away again', async t => {
  const machine = t.testdir({ usr: { share: { 'initramfs-tools': { hooks: {} } } } });
  write(machine, 'usr/share/initramfs-tools/hooks/other', 'of others\n', 0o755);
  const before = tree(machine);
  const said = succeed(PROJECT, 'install-vm', machine);
  t.match(said.at(-1), /made anew: update-initramfs -u -k all .*, dracut --regenerate-all --force/);
  for (const place of [
    HOOK,
    ...SCRIPTS,
    'usr/lib/dracut/modules.d/90wrap-root/module-setup.sh',
    'usr/lib/block-snapshot-vm/wrap-root',
  ])
    t.equal(statSync(join(machine, place)).mode & 0o777, 0o755, place);
  t.ok(existsSync(join(machine, 'usr/share/doc/block-snapshot-vm/vm-layer.md')));
  t.notOk(existsSync(join(machine, 'usr/lib/block-snapshot')), 'nothing of what is for dom0');
  succeed(PROJECT, 'uninstall-vm', machine);
  t.same(tree(machine), before);
});

t.test(
  'what others have in our place comes back, and uninstalling for dom0 touches nothing of it',
  async t => {
    const machine = t.testdir({});
    for (const place of [HOOK, ...SCRIPTS]) write(machine, place, 'of others\n', 0o755);
    const before = tree(machine);
    succeed(PROJECT, 'install-vm', machine);
    const installed = tree(machine);
    for (const place of [HOOK, ...SCRIPTS])
      t.same(
        readdirSync(join(machine, dirname(place))),
        ['wrap-root'],
        'initramfs-tools runs all that is there',
      );
    succeed(PROJECT, 'uninstall', machine);
    t.same(tree(machine), installed);
    succeed(PROJECT, 'uninstall-vm', machine);
    t.same(tree(machine), before);
  },
);

t.test('every part that wrap-root reads is installed and put into both kinds of initramfs', async t => {
  const source = (name: string) => readFileSync(join(PROJECT, 'etc/vm', name), 'utf8');
  const parts = [...source('wrap-root').matchAll(/^\. "\$parts\/(\S+)"$/gm)].map(([, name = '']) => name);
  t.ok(parts.length >= 5);
  const machine = t.testdir({});
  succeed(PROJECT, 'install-vm', machine);
  for (const part of parts) {
    t.ok(existsSync(join(machine, 'usr/lib/block-snapshot-vm', part)), part);
    for (const packer of ['initramfs-tools/hook', 'dracut/module-setup.sh'])
      t.match(source(packer), part, packer);
  }
});

t.test('a VM that does not ask is left alone before anything else is done', async t => {
  // No program is there, and nothing to write to: it could do nothing without being seen.
  const said = execFileSync('/bin/sh', [join(PROJECT, 'etc/vm/wrap-root'), 'layer'], {
    encoding: 'utf8',
    env: { PATH: '/nonexistent' },
  });
  t.equal(said, '');
});

t.test(
  'what does not come is waited for as long as is said, however late in a second that begins',
  async t => {
    const clock = join(t.testdir(), 'uptime');
    const functions = readFileSync(join(PROJECT, 'etc/vm/disks.sh'), 'utf8').replaceAll(
      '/proc/uptime',
      clock,
    );
    const script = `set -u; ${functions}
sleep() { passed=$((passed + 5)) && echo $((passed / 100)).$((passed / 10 % 10))$((passed % 10)) 0 >'${clock}'; }
passed=194 patience=1 && sleep && wait_for false || echo $passed`;
    const ended = Number(execFileSync('sh', ['-c', script], { encoding: 'utf8' }));
    t.ok(ended >= 299 && ended <= 400, `from 1.99 s to ${ended / 100} s`);
  },
);
