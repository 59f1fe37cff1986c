// What libvirt's hook writes into the log.
import { existsSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { check } from '../checks.ts';
import { domain, hook, linkOf, stackOf, start, stop, xmlOf } from './hook.ts';
import './surroundings.ts';

const LOG = '/var/log/block-snapshot.log';

check('what the hook does is in the log, with what became of it', (test, template) => {
  const vm = domain('work\nroot', 20, 'work%0Aroot');
  rmSync(LOG, { force: true });
  const other = hook(vm, 'prepare begin', '<domain><name>other</name></domain>');
  test.equal(other.status, 0);
  test.notOk(existsSync(LOG), 'of domains that are none of our business nothing is said');
  start(vm, stackOf(template, template.vm1));
  const node = readlinkSync(linkOf(vm));
  stop(vm);
  const missing = `${template.folder}/none.img`;
  test.equal(hook(vm, 'prepare begin', xmlOf(vm, missing)).status, 1);
  const lines = readFileSync(LOG, 'utf8').trimEnd().split('\n');
  const told = lines.map(line => line.replace(/^\S+T\S+Z (\S+)\[\d+\] (.*) \(\d+ ms\)$/, '$1 $2'));
  test.same(told.slice(0, 2), [
    `block-snapshot-libxl work\\x0aroot prepare begin: xvda ${node}`,
    'block-snapshot-libxl work\\x0aroot release end: xvda taken down',
  ]);
  test.match(told[2], /^block-snapshot-libxl work\\x0aroot prepare begin: failed: /);
  test.match(told[2], missing);
  test.equal(told.length, 3);
});
