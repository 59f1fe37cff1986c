import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { partsOfBun, textOnBun } from '../../tools/packages/bun.ts';
import { PROJECT } from './executable.ts';
import { placesOf, smallClone } from './installation.ts';

const folder = t.testdir({ nothing: {} });
const nothing = join(folder, 'nothing');
const places = placesOf(smallClone(folder), nothing).map(place => `/${place}`);
const placesInVms = placesOf(PROJECT, nothing, '-vm').map(place => `/${place}`);

/** What tools/packages says of each place that make install fills, but for AppArmor's: a function of stage.sh. */
function askOfEach(question: string, of = places): Map<string, string> {
  const asked = of.filter(place => !place.startsWith('/etc/apparmor.d'));
  const script = `. "$0/tools/packages/stage.sh"; for place; do echo "$(${question})"; done`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, PROJECT, ...asked], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, SOURCE_DATE_EPOCH: '1' },
  });
  if (status !== 0) throw new Error(`bash ended with ${status}: ${stderr}`);
  const answers = stdout.trimEnd().split('\n');
  return new Map(asked.map((place, index) => [place, answers[index] ?? '']));
}

const PACKAGE = 'package_of "$place"';
const SHARED = 'is_shared "$place" && echo shared || echo alone';

t.test('what make install puts somewhere is in the package that needs it', async t => {
  const packages = askOfEach(PACKAGE);
  const of = (name: string) => [...packages].filter(([, other]) => other === name).map(([place]) => place);
  t.same(of('block-snapshot-qubes'), ['/usr/lib/qubes/create-snapshot', '/usr/lib/qubes/destroy-snapshot']);
  t.ok(of('domain-xml-templates').includes('/usr/share/qubes/templates/libvirt/xen.xml'));
  t.ok(of('domain-xml-templates').every(place => place.startsWith('/usr/share/qubes/templates/')));
  for (const place of ['/usr/bin/domain-xml', '/usr/lib/block-snapshot/block-snapshot-tools'])
    t.equal(packages.get(place), 'block-snapshot-tools', place);
  t.ok(of('block-snapshot-tools').includes('/usr/lib/block-snapshot/block-snapshot.node'));
  for (const place of [
    '/usr/bin/block-snapshot',
    '/etc/xen/scripts/block-origin',
    '/etc/block-snapshot.conf',
  ])
    t.equal(packages.get(place), 'block-snapshot', place);
  t.notOk([...packages.values()].includes(''), 'each is in one');
});

t.test('what make install-vm puts somewhere is in the package for VMs, and nothing else is', async t => {
  const inVms = askOfEach(PACKAGE, placesInVms);
  t.ok(inVms.size > 10);
  t.same(
    [...inVms].filter(([, name]) => name !== 'block-snapshot-vm'),
    [],
  );
  t.same(
    [...askOfEach(PACKAGE)].filter(([, name]) => name === 'block-snapshot-vm'),
    [],
  );
});

t.test('places that Qubes OS has files in are shared, and no others', async t => {
  const shared = [...askOfEach(SHARED)].filter(([, answer]) => answer === 'shared').map(([place]) => place);
  t.ok(shared.includes('/etc/xen/scripts/block-snapshot'));
  t.ok(shared.includes('/usr/lib/qubes/create-snapshot'));
  t.ok(shared.includes('/usr/share/qubes/templates/libvirt/devices/net.xml'));
  t.same(
    shared.filter(place => !/^\/etc\/xen\/scripts|^\/usr\/(lib|share)\/qubes/.test(place)),
    [],
  );
});

t.test('what is said of Bun is of the Bun that is used', async t => {
  const { devDependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  const [bun] = parts();
  t.match(bun, { name: 'bun', version: devDependencies['@oven/bun-linux-x64-baseline'] });
});

t.test(
  'each part of Bun is named with its licence, where the texts are, and the notices in the executable',
  async t => {
    const text = textOnBun(parts(), heading => `\n${heading}\n`);
    for (const { name, licence, address } of parts())
      t.match(text, `\n${name} (${licence})\n    ${address}\n`);
    t.match(text, '\n/usr/share/common-licenses/LGPL-2\n    of JavaScriptCore and WebCore\n');
    t.match(text, /\/Apache-2\.0\n {4}of boringssl, /);
    t.match(text, /\/GPL-2\n {4}of zstd, tinycc's libtcc1\n/, 'and not what is under the LGPL');
    t.match(text, '    Copyright (C) 2016 and later: Unicode, Inc.');
    t.equal(text.split('Copyright (C) 2016 and later').length, 2, 'once');
  },
);

function parts() {
  return partsOfBun(reason => {
    throw new Error(reason);
  });
}
