// AppArmor's lines of ours in files that others have, and its profiles.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { RULE, run, smallClone, succeed, tree, write } from './installation.ts';

const clone = smallClone(t.testdir({}));

t.test('libvirt and AppArmor may come later: the line is there, once, and goes', async t => {
  const machine = t.testdir({
    etc: {
      'apparmor.d': {
        local: {
          'usr.sbin.libvirtd': '# by the admin',
          'usr.sbin.virtqemud': '',
          'usr.sbin.virtxend': `${RULE}\n`,
        },
      },
    },
  });
  const before = tree(machine);
  succeed(clone, 'install', machine);
  succeed(clone, 'install', machine);
  const now = tree(machine);
  t.equal(now['etc/apparmor.d/local/usr.sbin.libvirtd'], `100644 ${RULE}\n# by the admin`);
  t.equal(now['etc/apparmor.d/local/usr.sbin.virtqemud'], `100644 ${RULE}\n`);
  t.equal(now['etc/apparmor.d/local/usr.sbin.virtxend'], `100644 ${RULE}\n`);
  succeed(clone, 'uninstall', machine);
  t.same(
    tree(machine),
    before,
    "the administrator's own line, and the end without a line's end, are as they were",
  );
});

t.test('what the administrator has written into a file that we made stays', async t => {
  const machine = t.testdir();
  succeed(clone, 'install', machine);
  const site = 'etc/apparmor.d/local/usr.sbin.libvirtd';
  write(machine, site, `${RULE}\n/usr/bin/other PUx,\n`);
  succeed(clone, 'uninstall', machine);
  t.same(Object.keys(tree(machine)), ['etc', 'etc/apparmor.d', 'etc/apparmor.d/local', site]);
  t.equal(tree(machine)[site], '100644 /usr/bin/other PUx,\n');
});

t.test('below DESTDIR no profile is loaded', async t => {
  const folder = t.testdir({ bin: {} });
  write(folder, 'bin/apparmor_parser', `#!/bin/sh\ntouch '${folder}/called'\n`, 0o755);
  write(folder, 'machine/etc/apparmor.d/usr.sbin.libvirtd', 'profile\n');
  write(folder, 'machine/sys/module/apparmor/parameters/enabled', 'Y\n');
  const environment = { PATH: `${folder}/bin:${process.env['PATH']}` };
  for (const action of ['install', 'uninstall'] as const)
    t.equal(run(clone, action, join(folder, 'machine'), { environment }).status, 0);
  t.notOk(existsSync(join(folder, 'called')));
});
