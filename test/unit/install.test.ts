import { cpSync, existsSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { MANIFEST, placesOf, run, smallClone, succeed, tree, write } from './installation.ts';

const folder = t.testdir({ nothing: {} });
const clone = smallClone(folder);
const PLACES = placesOf(clone, join(folder, 'nothing'));
const YIELDING = PLACES.filter(path => /^usr\/share\/qubes|^etc\/(block-snapshot.conf|logrotate)/.test(path));
const SITES = PLACES.filter(path => path.startsWith('etc/apparmor.d'));
const REPLACED = PLACES.filter(path => !YIELDING.includes(path) && !SITES.includes(path));
const SCRIPT = 'etc/xen/scripts/block-snapshot';

/** Beside its place, but for libvirt's hooks: libvirt runs whatever lies there. */
const distrib = (path: string) => `${path.replace(/(libvirt\/hooks)\/[a-z]+\.d/, '$1')}.distrib`;

/** Others have something in each of our places. */
function machineOfOthers(machine: string, kind: 'file' | 'link' | 'the same'): string {
  if (kind === 'the same') {
    succeed(clone, 'install', machine);
    rmSync(join(machine, MANIFEST));
    return machine;
  }
  for (const path of PLACES) {
    write(machine, path, `of others: ${path}\n`, path.startsWith('usr/share') ? 0o600 : 0o755);
    if (kind === 'file' || SITES.includes(path)) continue;
    rmSync(join(machine, path));
    symlinkSync('/opt/of/others', join(machine, path));
  }
  write(machine, 'etc/libvirt/hooks/qemu', '#!/bin/sh\n', 0o755);
  write(machine, 'etc/libvirt/hooks/qemu.d/other', '#!/bin/sh\n', 0o755);
  return machine;
}

t.test('there is something to be looked at in each kind of place', async t => {
  t.equal(YIELDING.length, 6);
  t.equal(SITES.length, 3);
  t.equal(REPLACED.length, 28);
});

for (const kind of ['file', 'link', 'the same'] as const)
  t.test(
    `where others have ${kind === 'the same' ? 'the same as we' : `a ${kind}`} in every place, all is as before in the end`,
    async t => {
      const machine = machineOfOthers(t.testdir(), kind);
      const before = tree(machine);
      succeed(clone, 'install', machine);
      const now = tree(machine);
      for (const path of REPLACED) {
        if (kind === 'the same' && now[path]?.includes('->')) {
          t.notOk(distrib(path) in now, `${path} leads to our program already`);
          continue;
        }
        t.equal(now[distrib(path)], before[path], `${path} of others is beside`);
        if (kind !== 'the same') t.not(now[path], before[path], `${path} is ours`);
      }
      for (const path of YIELDING) t.equal(now[path], before[path], `${path} stays`);
      succeed(clone, 'install', machine);
      t.same(tree(machine), now, 'installing again changes nothing');
      succeed(clone, 'uninstall', machine);
      t.same(tree(machine), before, 'uninstalled');
      succeed(clone, 'uninstall', machine);
      t.same(tree(machine), before, 'uninstalled twice');
    },
  );

t.test('where nobody has anything, nothing is left', async t => {
  const folder = t.testdir({ others: { usr: { lib: { qubes: {} } } } });
  const before = tree(folder);
  for (const machine of ['others', 'a new one']) {
    succeed(clone, 'install', join(folder, machine));
    succeed(clone, 'install', join(folder, machine));
    succeed(clone, 'uninstall', join(folder, machine));
  }
  t.same(tree(folder), before, 'the empty folder that was there before is there');
});

t.test('what was changed since, and what others have put into our folders, stays and is said', async t => {
  const machine = t.testdir();
  succeed(clone, 'install', machine);
  write(machine, 'etc/block-snapshot.conf', 'REVISIONS=2\n');
  write(machine, 'usr/lib/udev/rules.d/60-block-snapshot.rules', '# changed\n');
  write(machine, 'usr/lib/qubes/other', '');
  rmSync(join(machine, 'usr/bin/domain-xml'));
  symlinkSync('/opt/of/others', join(machine, 'usr/bin/domain-xml'));
  const said = succeed(clone, 'uninstall', machine);
  const changed = ['etc/block-snapshot.conf', 'usr/lib/udev/rules.d/60-block-snapshot.rules'];
  t.same(said.sort(), [
    `kept ${machine}/etc/block-snapshot.conf, which was changed`,
    `kept ${machine}/usr/bin/domain-xml, which is not ours`,
    `kept ${machine}/usr/lib/udev/rules.d/60-block-snapshot.rules, which was changed`,
  ]);
  t.same(
    Object.entries(tree(machine)).flatMap(([path, content]) => (content.startsWith('4') ? [] : [path])),
    [...changed, 'usr/bin/domain-xml', 'usr/lib/qubes/other'].sort(),
  );
});

t.test(
  'a folder of ours that others have moved elsewhere is emptied, and their link to it stays',
  async t => {
    const machine = t.testdir();
    succeed(clone, 'install', machine);
    renameSync(join(machine, 'etc/xen'), join(machine, 'moved'));
    symlinkSync('../moved', join(machine, 'etc/xen'));
    succeed(clone, 'uninstall', machine);
    t.same(Object.keys(tree(machine)), ['etc', 'etc/xen', 'moved']);
  },
);

t.test('what others have put in our place since is not overwritten by what is older', async t => {
  const machine = machineOfOthers(t.testdir(), 'file');
  succeed(clone, 'install', machine);
  rmSync(join(machine, SCRIPT));
  write(machine, SCRIPT, 'newer\n', 0o755);
  t.same(
    succeed(clone, 'uninstall', machine).filter(line => line.includes(SCRIPT)),
    [
      `kept ${machine}/${SCRIPT}, which others have put there since, and ${machine}/${SCRIPT}.distrib, which is older`,
    ],
  );
  const after = tree(machine);
  t.equal(after[SCRIPT], '100755 newer\n');
  t.equal(after[`${SCRIPT}.distrib`], `100755 of others: ${SCRIPT}\n`);
  succeed(clone, 'uninstall', machine);
  t.same(tree(machine), after);
});

t.test(
  'what others have put in our place since is the .distrib of the next installation, and nothing is lost',
  async t => {
    const machine = machineOfOthers(t.testdir(), 'file');
    const old = `100755 of others: ${SCRIPT}\n`;
    succeed(clone, 'install', machine);
    rmSync(join(machine, SCRIPT));
    write(machine, SCRIPT, 'newer\n', 0o755);
    t.same(
      succeed(clone, 'install', machine).filter(line => line.includes(SCRIPT)),
      [
        `kept ${machine}/${SCRIPT}.distrib as ${machine}/${SCRIPT}.distrib.1`,
        `kept ${machine}/${SCRIPT}, which is not ours, as ${machine}/${SCRIPT}.distrib`,
      ],
    );
    t.equal(tree(machine)[`${SCRIPT}.distrib`], '100755 newer\n');
    t.equal(tree(machine)[`${SCRIPT}.distrib.1`], old);
    succeed(clone, 'uninstall', machine);
    t.equal(tree(machine)[SCRIPT], '100755 newer\n');
    t.equal(tree(machine)[`${SCRIPT}.distrib`], old);
    t.notOk(existsSync(join(machine, `${SCRIPT}.distrib.1`)));
  },
);

t.test('when others have put the same there again, it is as before in the end', async t => {
  const machine = machineOfOthers(t.testdir(), 'file');
  const before = tree(machine);
  succeed(clone, 'install', machine);
  rmSync(join(machine, SCRIPT));
  write(machine, SCRIPT, `of others: ${SCRIPT}\n`, 0o755);
  succeed(clone, 'uninstall', machine);
  t.same(tree(machine), before);
});

t.test('a .distrib that was there before, of others, has its name again in the end', async t => {
  const machine = machineOfOthers(t.testdir(), 'file');
  for (const path of REPLACED) write(machine, distrib(path), 'diverted\n');
  write(machine, `${SCRIPT}.distrib.1`, 'diverted too\n');
  rmSync(join(machine, 'usr/bin/domain-xml'));
  const before = tree(machine);
  succeed(clone, 'install', machine);
  t.equal(tree(machine)[`${SCRIPT}.distrib`], before[SCRIPT]);
  t.equal(tree(machine)[`${SCRIPT}.distrib.2`], '100644 diverted\n');
  succeed(clone, 'uninstall', machine);
  t.same(tree(machine), before);
});

t.test('uninstalling where nothing was installed changes nothing', async t => {
  const folder = t.testdir();
  for (const kind of ['file', 'link', 'the same'] as const) {
    const machine = machineOfOthers(join(folder, kind), kind);
    for (const path of REPLACED) write(machine, distrib(path), 'diverted\n');
    const before = tree(machine);
    t.same(succeed(clone, 'uninstall', machine), [
      `nothing is on record that make install has put there: ${machine}/${MANIFEST} is missing`,
    ]);
    t.same(tree(machine), before, kind);
  }
});

t.test(
  'links to a program that was removed by hand go, and what was there before them comes back',
  async t => {
    const machine = machineOfOthers(t.testdir(), 'file');
    const before = tree(machine);
    succeed(clone, 'install', machine);
    rmSync(join(machine, 'usr/lib/block-snapshot'), { recursive: true });
    succeed(clone, 'uninstall', machine);
    const links = REPLACED.filter(path => /bin|scripts|hooks|qubes/.test(path));
    t.equal(links.length, 10);
    for (const path of links) t.equal(tree(machine)[path], before[path]);
  },
);

t.test('another version replaces what is ours, and takes away what it no longer has', async t => {
  const machine = join(t.testdir({ machine: {} }), 'machine');
  const next = join(machine, '../next');
  cpSync(clone, next, { recursive: true, verbatimSymlinks: true });
  write(next, 'dist/block-snapshot', 'next program\n');
  write(next, 'etc/block-snapshot.conf', '# next\n');
  rmSync(join(next, 'hotplug/block-origin'));
  write(next, 'templates/libvirt/next.xml', '<next/>\n');
  const before = tree(machine);
  succeed(clone, 'install', machine);
  t.ok(existsSync(join(machine, 'etc/xen/scripts')));
  succeed(next, 'install', machine);
  const now = tree(machine);
  t.equal(now['usr/lib/block-snapshot/block-snapshot'], '100755 next program\n');
  t.equal(now['etc/block-snapshot.conf'], '100644 # next\n', 'nobody had changed the former');
  t.notOk('etc/xen/scripts/block-origin' in now);
  t.same(
    Object.keys(now).filter(path => path.includes('.distrib')),
    [],
  );
  succeed(clone, 'uninstall', machine);
  t.same(tree(machine), before, 'by whichever version');
});

t.test('what stays on the machine is said', async t => {
  const machine = t.testdir();
  succeed(clone, 'install', machine);
  mkdirSync(join(machine, 'var/cache/domain-xml'), { recursive: true });
  for (const name of ['block-snapshot.log', 'block-snapshot.log.1.gz']) write(machine, `var/log/${name}`, '');
  write(machine, 'sys/class/block/dm-0/dm/name', 'snapshot-fd01:12-fd01:13\n');
  write(machine, 'sys/class/block/dm-1/dm/name', 'somebody-else\n');
  write(machine, 'run/xen-hotplug/key-node', '/dev/mapper/snapshot-fd01:12-fd01:13');
  const said = succeed(clone, 'uninstall', machine);
  t.equal(said.length, 5);
  t.match(said, [
    /cache\/domain-xml/,
    /log\/block-snapshot\.log, /,
    /log\.1\.gz, /,
    /^1 device /,
    /^1 disk /,
  ]);
});

t.test('PREFIX is where the program is; what others look for is where they look for it', async t => {
  const machine = t.testdir();
  const environment = { PREFIX: '/usr/local', SYSCONFDIR: '/usr/local/etc' };
  t.equal(run(clone, 'install', machine, { environment }).status, 0);
  const link = (path: string) => readlinkSync(join(machine, path));
  const program = '/usr/local/lib/block-snapshot/block-snapshot';
  t.ok(existsSync(join(machine, program)));
  t.equal(link('usr/local/bin/domain-xml'), '../lib/block-snapshot/domain-xml');
  t.equal(link('usr/lib/qubes/create-snapshot'), '../../local/lib/block-snapshot/block-snapshot');
  t.equal(link('usr/local/etc/xen/scripts/block-origin'), program);
  t.equal(link('usr/local/etc/libvirt/hooks/qemu.d/block-snapshot-qemu'), program);
  for (const path of ['etc/block-snapshot.conf', 'usr/share/qubes/templates/libvirt/xen.xml'])
    t.ok(existsSync(join(machine, path)), path);
  t.equal(run(clone, 'uninstall', machine, { environment }).status, 0);
  t.same(tree(machine), {});
  for (const PREFIX of ['usr', '/', '/usr/../opt', '/opt/a space', '/opt/*'])
    t.match(run(clone, 'install', machine, { environment: { PREFIX } }), {
      status: 1,
      complained: [/^block-snapshot: PREFIX and SYSCONFDIR have to be absolute paths/],
    });
  t.same(tree(machine), {});
});
