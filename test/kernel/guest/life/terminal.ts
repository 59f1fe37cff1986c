import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Test } from 'tap';
import { follow } from '../advice/follow.ts';
import { check, checkLasting } from '../checks.ts';
import { hashOf, MEBIBYTE, makeImage } from '../images.ts';
import { blockSnapshot, executable, must, type Outcome, run } from '../programs.ts';
import { commitHere, runTemplate } from './in-process.ts';

// Terminals are on a filesystem of their own.
must('sh', '-c', 'mkdir -p /dev/pts && mount -t devpts -o ptmxmode=666 devpts /dev/pts');

/** Runs a revert on a terminal, where these keys are pressed once it asks; as printf writes them. */
function onTerminal(root: string, keys: string): Outcome {
  const seen = '/run/lab/typescript';
  rmSync(seen, { force: true });
  return run('sh', [
    '-c',
    `(until grep -qs 'Go on' ${seen}; do sleep 0.1; done; printf '${keys}'; sleep 1) | ` +
      `script -qefc '"${executable()}" revert ${root}' ${seen}`,
  ]);
}

check('on a terminal a person is asked, and sees how far it is', (test, template) => {
  const { root, rootCow } = template;
  runTemplate(root, rootCow, [0, MEBIBYTE]);
  commitHere(root);
  const changed = hashOf(root);
  const question = `What 1 run of ${root} changed (ended `;
  for (const keys of ['n\\n', '\\004']) {
    const refused = onTerminal(root, keys);
    test.equal(refused.status, 0);
    test.match(refused.stdout, question);
    test.match(refused.stdout, `${root}: left as it is`);
  }
  test.equal(hashOf(root), changed);
  const { stdout: reverted } = onTerminal(root, 'y\\n');
  test.match(reverted, 'will be lost: 1.0 MiB will be written back. Go on? [y/N]');
  test.match(reverted, /\d+ % {2}merged \S+ \S+ of 1\.0 MiB {2}/, 'a bar');
  test.match(reverted, `${root}: 1 run undone, 1.0 MiB written back`);
  test.equal(hashOf(root), template.hash);
});

/** Begins to revert a large run, and interrupts that once it merges. @returns what was said; undefined when it was faster */
async function interrupted(test: Test, root: string, rootCow: string): Promise<string | undefined> {
  const changes = Array.from({ length: 6 }, (_, index) => [index * 16 * MEBIBYTE, 16 * MEBIBYTE] as const);
  runTemplate(root, rootCow, ...changes);
  commitHere(root);
  const child = spawn(executable(), ['revert', root, '--yes'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  let said = '';
  child.stderr.on('data', text => {
    said += text;
  });
  while (!existsSync(`${rootCow}.reverting.1`) && child.exitCode === null) await nextTurn();
  child.kill('SIGINT');
  const [status] = await ended;
  if (!existsSync(`${rootCow}.reverting`)) return undefined;
  test.equal(status, 130);
  return said;
}

checkLasting('Ctrl-C ends a revert at once, and what it says goes on with it', async (test, template) => {
  const { rootCow } = template;
  const root = makeImage(template.root, 100 * MEBIBYTE);
  const before = hashOf(root);
  let said: string | undefined;
  // On a busy machine the kernel may have merged everything before the signal comes.
  for (let attempt = 0; attempt < 5 && said === undefined; attempt++)
    said = await interrupted(test, root, rootCow);
  test.equal(
    said,
    `block-snapshot: interrupted: if the revert of ${root} was begun it has to be finished: block-snapshot revert ${root}\n`,
  );
  test.match(blockSnapshot('prepare', 'snapshot', `${root}:${rootCow}`), {
    status: 1,
    stderr: 'half-way back',
  });
  test.match(follow(said ?? '', 'block-snapshot revert /'), { status: 0, said: /since it was interrupted/ });
  test.equal(hashOf(root), before);
});

check('Ctrl-C instead of an answer changes nothing', (test, template) => {
  const { root, rootCow } = template;
  runTemplate(root, rootCow, [0, 4096]);
  commitHere(root);
  const { status, stdout } = onTerminal(root, '\\003');
  test.equal(status, 130);
  test.match(stdout, 'Go on? [y/N]');
  test.match(stdout, 'interrupted: ');
  test.ok(existsSync(`${rootCow}.old`));
});
