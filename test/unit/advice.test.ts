// Every command that a message gives is run by a test in the state that it is given for: which test, test/kernel/guest/advice/table.ts says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ADVICE, LOOKED_AT } from '../kernel/guest/advice/table.ts';
import { PROJECT } from './executable.ts';
import { readImports } from './imports.ts';

/** Commands as messages give them: ours by what they do, others by their name. */
const COMMAND =
  /\b(?:block-snapshot (?:commit|cleanup|list|trim|revisions|prepare|revert|convert)(?: --[a-z]+)?|losetup --?[a-z-]+|dmsetup [a-z]+|setfattr -x|chown root|chmod [a-z0-9-]+|chattr [-+]\w|lsattr|umount|swapoff|modprobe [a-z-]+|mknod|fuser|lsblk|blockdev --\w+|udevadm [a-z]+|truncate -s|fallocate|virsh [a-z]+)(?= ?[=$`')/(\w-]|[.,;:]|$)/g;

/** Modules whose texts are not advice: how commands are called, and templates' errors, which have tests of their own. */
const NO_ADVICE =
  /^domain-xml\/|^programs\/domain-xml\/|^programs\/manual\/|usage\.ts$|shapes\.ts$|^programs\/block-snapshot\/(?:prepare|cleanup)\.ts$/;

/** `file: command`, each once. */
function advicesInSource(): string[] {
  const found = [...readImports().keys()]
    .filter(file => !NO_ADVICE.test(file))
    .flatMap(file =>
      readFileSync(join(PROJECT, 'src', file), 'utf8')
        .split('\n')
        .filter(line => !/^\s*(?:\/\/|\/?\*)/.test(line) && /['`"]/.test(line))
        .flatMap(line => [...line.matchAll(COMMAND)].map(([command]) => `${file}: ${command}`)),
    );
  return [...new Set(found)].sort();
}

function testsOf(folder: string): string {
  return readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.endsWith('advice/table.ts'))
    .map(name => readFileSync(join(PROJECT, folder, name), 'utf8'))
    .join('\n');
}

t.test('each command that a message gives has a test that follows it, or shows what is told', test => {
  test.same(Object.keys({ ...ADVICE, ...LOOKED_AT }).sort(), advicesInSource());
  test.end();
});

t.test('the tests that follow them are there', test => {
  const tests = testsOf('test/kernel/guest') + testsOf('test/unit');
  for (const [advice, name] of Object.entries({ ...ADVICE, ...LOOKED_AT }))
    test.ok(tests.includes(name), `${advice}: ${name}`);
  test.end();
});
