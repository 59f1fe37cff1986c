import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { PROJECT } from './executable.ts';

const RULE = '/usr/lib/block-snapshot/block-snapshot PUx,';

/** A machine with hooks of somebody else, and with AppArmor. */
const machine = t.testdir({
  etc: {
    libvirt: { hooks: { qemu: '#!/bin/sh\n', 'qemu.d': { other: '#!/bin/sh\n' } } },
    'apparmor.d': { 'usr.sbin.libvirtd': 'profile', local: { 'usr.sbin.libvirtd': '# by the admin\n' } },
  },
});
const hooks = `${machine}/etc/libvirt/hooks`;
const site = `${machine}/etc/apparmor.d/local/usr.sbin.libvirtd`;
const make = (target: string) =>
  execFileSync(
    'make',
    ['-s', '-o', 'build', target, `DESTDIR=${machine}`, 'PREFIX=/usr', 'SYSCONFDIR=/etc'],
    {
      cwd: PROJECT,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );

t.test("make install puts libvirt's hooks beside those of others", async t => {
  make('install-libvirt-hooks');
  make('install-libvirt-hooks');
  for (const driver of ['qemu', 'libxl'])
    t.equal(
      readlinkSync(`${hooks}/${driver}.d/block-snapshot-${driver}`),
      '/usr/lib/block-snapshot/block-snapshot',
    );
  t.same(readdirSync(`${hooks}/qemu.d`).sort(), ['block-snapshot-qemu', 'other']);
  t.equal(readFileSync(`${hooks}/qemu`, 'utf8'), '#!/bin/sh\n');
});

t.test('AppArmor is told, once, of what libvirtd may run', async t => {
  t.equal(readFileSync(site, 'utf8'), `# by the admin\n${RULE}\n`);
  t.notOk(existsSync(`${machine}/etc/apparmor.d/local/usr.sbin.virtqemud`), 'no profile, no line');
});

t.test('make uninstall takes away what make install has put there, and nothing else', async t => {
  mkdirSync(`${hooks}/network.d`);
  writeFileSync(`${hooks}/network.d/other`, '');
  make('uninstall-libvirt-hooks');
  t.same(readdirSync(hooks).sort(), ['network.d', 'qemu', 'qemu.d']);
  t.same(readdirSync(`${hooks}/qemu.d`), ['other']);
  t.equal(readFileSync(site, 'utf8'), '# by the admin\n');
});
