import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { GUARDS, placeOf } from '../guards/source.ts';
import { PROJECT } from './executable.ts';

t.test('every guard that make test-guards takes away is in the source, once, and has a test', async t => {
  for (const guard of GUARDS) {
    t.doesNotThrow(() => placeOf(guard, PROJECT), guard.rule);
    t.ok(existsSync(join(PROJECT, 'test', `${guard.program}.ts`)), guard.program);
    t.ok(guard.checks.length > 0, guard.rule);
  }
});

t.test('docs/test-guards.md has every guard with its program and its tests, and no other', t => {
  const listed = readFileSync(join(PROJECT, 'docs/test-guards.md'), 'utf8')
    .split('\n')
    .filter(line => line.startsWith('| ') && !/^\| (rule|---) /.test(line));
  const wanted = GUARDS.map(
    ({ rule, program, checks }) =>
      `| ${rule} | ${program.replace('kernel/guest/', '')} | ${checks.join('; ')} |`,
  );
  t.same([...listed].sort(), [...wanted].sort());
  t.end();
});
