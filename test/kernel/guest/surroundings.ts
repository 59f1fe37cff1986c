import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './checks.ts';
import { executable, must, mustCleanup, run } from './programs.ts';

check('prepare starts no other program and reads no file of the current folder', (test, template) => {
  const here = join(template.folder, 'here');
  mkdirSync(here);
  writeFileSync(join(here, '.env'), 'BUN_OPTIONS=--version\nLD_PRELOAD=/nonexistent.so\n');
  writeFileSync(join(here, 'bunfig.toml'), 'preload = ["./evil.ts"]\n');
  writeFileSync(join(here, 'evil.ts'), 'process.exit(99);\n');
  writeFileSync(join(here, 'package.json'), '{ "type": "commonjs", "main": "evil.ts" }\n');
  writeFileSync(join(here, 'tsconfig.json'), '{ "compilerOptions": { "paths": { "*": ["./evil.ts"] } } }\n');
  const trace = join(template.folder, 'trace');
  const stack = `${template.root}:${template.rootCow}:${template.vm1}`;
  const traced = run('strace', ['-f', '-y', '-o', trace, executable(), 'prepare', 'snapshot', stack], {
    cwd: here,
  });
  test.equal(traced.status, 0);
  const calls = readFileSync(trace, 'utf8').split('\n');
  test.equal(calls.filter(call => /\bexecve(at)?\(/.test(call)).length, 1, 'one execve, its own');
  const names = ['.env', 'bunfig', 'package.json', 'tsconfig', 'evil', here];
  const reads = calls.filter(
    call =>
      /\b(open|openat|openat2|stat|statx|newfstatat|access|readlink)\(/.test(call) &&
      names.some(name => call.includes(name)),
  );
  test.same(
    reads.filter(call => !/AT_FDCWD<[^>]*>, "\//.test(call)),
    [],
    'nothing of the current folder is opened',
  );
  mustCleanup('snapshot', traced.stdout.trimEnd());
});

check('it runs where neither Node nor any other program is on the path', (test, template) => {
  const stack = `${template.root}:${template.rootCow}`;
  const outcome = run('/usr/bin/env', ['-i', executable(), 'prepare', 'snapshot', stack]);
  test.equal(outcome.status, 0);
  test.equal(must('/usr/bin/env', '-i', executable(), 'cleanup', 'snapshot', outcome.stdout.trimEnd()), '');
});
