/**
 * Writes down what core-admin's own code answers about the family of VMs that the tests of live data have:
 * `node build/test/core-admin/record.js CHECKOUT`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { family, HOST_MEMORY, KERNELS, makeFamilyFiles } from '../domain-xml/support/qubes-family.ts';
import { qubesXmlText } from '../domain-xml/support/qubes-xml-text.ts';
import { ANSWERS } from '../domain-xml/support/recorded.ts';
import { makeSysfs } from './host.ts';
import { Judge } from './judge.ts';

const [, , checkout] = process.argv;
if (checkout === undefined) throw new Error('name a checkout of core-admin');
const folder = mkdtempSync('/tmp/core-admin-record-');
try {
  makeFamilyFiles(folder);
  const store = join(folder, 'qubes.xml');
  writeFileSync(store, qubesXmlText(family(folder), { named: true }));
  const card = { vendor: '0x8086', product: '0x15f3', kind: '0x020000' };
  const sysfs = makeSysfs(folder, [
    { way: '0000:00:1f.6', ...card },
    { way: '0001:03:00.0', ...card },
  ]);
  const judge = await Judge.start(checkout, {
    stores: [store],
    kernels: join(folder, KERNELS),
    sysfs,
    memory: HOST_MEMORY,
  });
  await judge.stop();
  const verdict = judge.verdicts[store];
  if (verdict === undefined || 'refused' in verdict) throw new Error(`refused: ${JSON.stringify(verdict)}`);
  const answers = Object.fromEntries(
    Object.entries(verdict).map(([name, { properties }]) => [name, properties]),
  );
  writeFileSync(ANSWERS, `${JSON.stringify(answers, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
