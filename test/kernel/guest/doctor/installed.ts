// What is installed, by copies of the programs in a folder that is called as make install calls it.
import './surroundings.ts';
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apparmorFindings, installationFindings } from '../../../../src/doctor/installation.ts';
import { check } from '../checks.ts';
import { DIST, must } from '../programs.ts';
import { finds } from './diagnosis.ts';

const folder = '/run/lab/prefix/lib/block-snapshot';
const program = join(folder, 'block-snapshot');
const XEN = '/etc/xen/scripts';
const HOOKS = '/etc/libvirt/hooks';
const LINKS = [
  `${XEN}/block-snapshot`,
  `${XEN}/block-origin`,
  `${XEN}/block-reflink`,
  `${XEN}/block-reflink-origin`,
  `${HOOKS}/qemu.d/block-snapshot-qemu`,
  `${HOOKS}/libxl.d/block-snapshot-libxl`,
];

const XEN_KINDS = ['xen-script-missing', 'xen-script-foreign'] as const;
const HOOK_KINDS = ['libvirt-hook-missing', 'libvirt-hook-foreign'] as const;

mkdirSync(folder, { recursive: true });
for (const place of [XEN, `${HOOKS}/qemu.d`, `${HOOKS}/libxl.d`]) mkdirSync(place, { recursive: true });
for (const link of LINKS) symlinkSync(program, link);
copyProgram();

function copyProgram(): void {
  copyFileSync(join(DIST, 'block-snapshot'), program);
  must('chmod', '755', program);
}

function replace(link: string): void {
  rmSync(link);
  writeFileSync(link, '#!/bin/sh\n');
}

function makeAgain(link: string): void {
  rmSync(link, { force: true });
  symlinkSync(program, link);
}

for (const [index, link] of LINKS.entries()) {
  const [missing, foreign] = link.startsWith(XEN) ? XEN_KINDS : HOOK_KINDS;
  finds(`a link that is missing: ${link}`, {
    kinds: [missing],
    mends: true,
    folder,
    plant: () => rmSync(link),
  });
  if (index % 2 === 0)
    finds(`a link that leads nowhere: ${link}`, {
      kinds: [missing],
      mends: true,
      folder,
      plant: () => {
        rmSync(link);
        symlinkSync('/nowhere', link);
      },
    });
  finds(`what is not ours in the place of a link: ${link}`, {
    kinds: [foreign],
    mends: false,
    folder,
    plant: () => {
      replace(link);
      return () => makeAgain(link);
    },
  });
}

finds('a program that cannot be run', {
  kinds: ['program-not-executable'],
  mends: true,
  folder,
  plant: () => {
    must('chmod', '644', program);
  },
});

finds('two programs of different versions', {
  kinds: ['two-versions'],
  mends: false,
  folder,
  plant: () => {
    writeFileSync(program, '#!/bin/sh\necho "block-snapshot 0.0.1 (engine)"\n');
    return copyProgram;
  },
});

check('a libvirt that runs one hook alone, which is not ours', test => {
  const kinds = () => installationFindings(folder, [6, 4, 0]).map(({ kind }) => kind);
  test.same(kinds(), ['libvirt-hook-not-run', 'libvirt-hook-not-run']);
  for (const driver of ['qemu', 'libxl']) symlinkSync(program, `${HOOKS}/${driver}`);
  test.same(kinds(), []);
  for (const driver of ['qemu', 'libxl']) rmSync(`${HOOKS}/${driver}`);
});

check('AppArmor that does not let libvirt run our hook, and the line that is added', (test, template) => {
  const enabled = join(template.folder, 'enabled');
  writeFileSync(enabled, 'Y\n');
  mkdirSync('/etc/apparmor.d/local', { recursive: true });
  writeFileSync('/etc/apparmor.d/usr.sbin.libvirtd', 'profile libvirtd /usr/sbin/libvirtd {\n}\n');
  rmSync('/etc/apparmor.d/local/usr.sbin.libvirtd', { force: true });
  const [finding] = apparmorFindings(folder, enabled);
  test.match(finding, { kind: 'apparmor-denies', safe: true });
  const [line, load] = finding?.mend ?? [];
  must(...(line as [string, ...string[]]));
  test.same(load, ['apparmor_parser', '-r', '/etc/apparmor.d/usr.sbin.libvirtd']);
  test.same(apparmorFindings(folder, enabled), []);
  writeFileSync(enabled, 'N\n');
  rmSync('/etc/apparmor.d/local/usr.sbin.libvirtd');
  test.same(apparmorFindings(folder, enabled), [], 'where it is not at work it denies nothing');
});
