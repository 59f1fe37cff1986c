import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT } from './executable.ts';
import { placesOf, smallClone } from './installation.ts';

const folder = t.testdir({ nothing: {} });
const places = placesOf(smallClone(folder), join(folder, 'nothing')).map(place => `/${place}`);

/** What tools/packages says of each place that make install fills, but for AppArmor's: a function of stage.sh. */
function askOfEach(question: string): Map<string, string> {
  const asked = places.filter(place => !place.startsWith('/etc/apparmor.d'));
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

t.test('the licences of what Bun embeds are those of the Bun that is used', async t => {
  const { devDependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  const [first] = readFileSync(join(PROJECT, 'tools/packages/bun-parts'), 'utf8').split('\n');
  t.equal(first, `# Bun ${devDependencies['@oven/bun-linux-x64-baseline']}`);
});
