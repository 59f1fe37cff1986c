import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { check, checkLasting } from '../checks.ts';
import { hashOf, MEBIBYTE, makeImage } from '../images.ts';
import { blockSnapshot, executable, must, run } from '../programs.ts';
import { commitHere, revertHere, runTemplate } from './in-process.ts';

// Terminals are on a filesystem of their own.
must('sh', '-c', 'mkdir -p /dev/pts && mount -t devpts -o ptmxmode=666 devpts /dev/pts');

check('on a terminal a person is asked, and sees how far it is', (test, template) => {
  const { root, rootCow } = template;
  runTemplate(root, rootCow, [0, MEBIBYTE]);
  commitHere(root);
  const changed = hashOf(root);
  const onTerminal = (keys: string) =>
    must('sh', '-c', `printf '${keys}' | script -qec '${executable()} revert ${root}' /dev/null`);
  const question = `What 1 run of ${root} changed (ended `;
  for (const keys of ['n\\n', '\\004']) {
    const refused = onTerminal(keys);
    test.match(refused, question);
    test.match(refused, `${root}: left as it is`);
  }
  test.equal(hashOf(root), changed);
  const reverted = onTerminal('y\\n');
  test.match(reverted, 'will be lost: 1.0 MiB will be written back. Go on? [y/N]');
  test.match(reverted, /\d+ % {2}merged \S+ \S+ of 1\.0 MiB {2}/, 'a bar');
  test.match(reverted, `${root}: 1 run undone, 1.0 MiB written back`);
  test.equal(hashOf(root), template.hash);
});

checkLasting('Ctrl-C ends a revert at once, and the next one goes on', async (test, template) => {
  const { rootCow } = template;
  const root = makeImage(template.root, 200 * MEBIBYTE);
  const before = hashOf(root);
  runTemplate(
    root,
    rootCow,
    ...Array.from({ length: 12 }, (_, index) => [index * 16 * MEBIBYTE, 16 * MEBIBYTE] as const),
  );
  commitHere(root);
  const child = spawn(executable(), ['revert', root, '--yes'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  let said = '';
  child.stderr.on('data', text => {
    said += text;
  });
  while (!existsSync(`${rootCow}.reverting.1`)) await pause(5);
  child.kill('SIGINT');
  test.same((await ended)[0], 130);
  test.equal(
    said,
    `block-snapshot: interrupted: if the revert of ${root} was begun it has to be finished: block-snapshot revert ${root}\n`,
  );
  test.match(blockSnapshot('prepare', 'snapshot', `${root}:${rootCow}`), {
    status: 1,
    stderr: 'half-way back',
  });
  test.match(await revertHere(root), { goesOn: true });
  test.equal(hashOf(root), before);
});

check('Ctrl-C instead of an answer changes nothing', (test, template) => {
  const { root, rootCow } = template;
  runTemplate(root, rootCow, [0, 4096]);
  commitHere(root);
  const { status, stdout } = run('sh', [
    '-c',
    `(until grep -qs 'Go on' /run/lab/typescript; do sleep 0.1; done; printf '\\003'; sleep 1) | ` +
      `script -qefc '${executable()} revert ${root}' /run/lab/typescript`,
  ]);
  test.equal(status, 130);
  test.match(stdout, 'Go on? [y/N]');
  test.match(stdout, 'interrupted: ');
  test.ok(existsSync(`${rootCow}.old`));
});
