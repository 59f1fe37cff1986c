// What README.md gives to type is typed, as it stands, and what `make demo` runs in its own lab is run.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './checks.ts';
import { DIST, must, PROJECT, run } from './programs.ts';

must('mount', '-t', 'tmpfs', 'tmpfs', '/var/tmp');

/** The commands under a heading, without their prompts. */
function typed(heading: string): string {
  const [, section = ''] = readFileSync(join(PROJECT, 'README.md'), 'utf8').split(`\n## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  return Array.from(text.matchAll(/^ {4}# (.*)$/gm), ([, line = '']) => line).join('\n');
}

check('what is to be typed works as it stands, and leaves nothing', test => {
  const commands = typed('Type this');
  test.match(commands, /^mkdir .*\n(?:.*\n)*.*block-snapshot list\n/);
  const { status, stdout, stderr } = run('bash', ['-euo', 'pipefail', '-c', commands], {
    environment: { PATH: `${DIST}:${process.env['PATH']}`, DM_DISABLE_UDEV: '1' },
  });
  test.same([status, stderr], [0, '']);
  test.match(
    stdout,
    /^1:\nfrom-vm1\nlost\+found\n\n2:\nlost\+found\n/,
    'what one VM writes the other does not see',
  );
  test.match(stdout, /\/var\/tmp\/try\/root\.img .*\n.*root-cow\.img .*2 layers\n.*vm1\.img .*\n.*vm2\.img /);
  test.notOk(existsSync('/var/tmp/try'));
});

const ESCAPE = '\u001b';

check('what make demo tells is as it says it is, and coloured where that is asked for alone', test => {
  const tell = (...asked: string[]) => run(join(PROJECT, 'test/demo/demo.sh'), [PROJECT, ...asked]);
  const { status, stdout, stderr } = tell('colour');
  test.same([status, stderr], [0, '']);
  test.equal(stdout.split('\n').at(-2), `${ESCAPE}[1mEverything was as it should be.${ESCAPE}[0m`);
  test.ok(stdout.includes(`${ESCAPE}[32mok${ESCAPE}[0m  no loop device is left\n`));
  must('rm', '-r', '/run/template');
  const plain = tell();
  test.equal(plain.status, 0);
  test.notOk(plain.stdout.includes(ESCAPE));
  must('rm', '-r', '/run/template');
});
