import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT, runAs } from './executable.ts';

/** DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG, _DISK_ and _OTHER_ of libdevmapper.h, and DM_UDEV_PRIMARY_SOURCE_FLAG. */
const FLAGS = 0x0002 | 0x0004 | 0x0008 | 0x0040;

t.test('The rule takes the cookies that have the flags of our devices, and no others', async t => {
  const rules = readFileSync(join(PROJECT, 'etc/udev/09-block-snapshot.rules'), 'utf8');
  const patterns = /^ENV\{DM_COOKIE\}!="([\d|[\]-]+)"/m.exec(rules)?.[1]?.split('|') ?? [];
  const taken = new RegExp(`^(?:${patterns.join('|')})$`);
  const numbers = Array.from({ length: 0x100000 }, (_, index) => index + 0x480000);
  const first = FLAGS * 0x10000;
  t.same(
    numbers.filter(number => taken.test(String(number))),
    // The lower half of a cookie is never 0.
    numbers.filter(number => number > first && number < first + 0x10000),
  );
  for (const other of [`${first + 1}0`, `1${first + 1}`, '', '0']) t.notMatch(other, taken);
});

t.test('A cookie that is none is wrong usage', async t => {
  for (const parameters of [
    [],
    [''],
    ['x'],
    ['0x4e0001'],
    ['-1'],
    ['5111808'],
    ['4294967297'],
    ['1', '2'],
    ['9'.repeat(40)],
  ])
    t.match(runAs('udev-complete', ...parameters), {
      status: 1,
      stdout: '',
      stderr: 'udev-complete: usage: udev-complete COOKIE, in decimal\n',
    });
});

t.test('It needs no library, calls the kernel three times, and is hardened', async t => {
  const program = join(PROJECT, 'dist/udev-complete');
  const read = execFileSync('readelf', ['-hldrW', program], { encoding: 'utf8' });
  t.match(read, /Type:\s+DYN/);
  t.match(read, /GNU_RELRO/);
  t.match(read, /GNU_STACK\s.*\bRW\s/);
  t.match(read, /Flags: NOW PIE/);
  t.match(read, /There are no relocations in this file/);
  t.notMatch(read, /NEEDED|INTERP/);
  t.ok(readFileSync(program).length < 20_000);
  // Nobody has a semaphore of that key: libdevmapper counts up from one by chance, and none runs here.
  const { status, stderr } = spawnSync('strace', ['-f', program, '5111809'], { encoding: 'utf8' });
  t.equal(status, 0);
  t.same(
    stderr.split('\n').flatMap(line => /^(\w+)\(/.exec(line)?.[1] ?? []),
    ['execve', 'semget', 'exit_group'],
  );
});
