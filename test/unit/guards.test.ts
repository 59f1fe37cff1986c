import { existsSync } from 'node:fs';
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
