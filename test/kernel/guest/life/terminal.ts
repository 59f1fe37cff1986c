import { check } from '../checks.ts';
import { hashOf, MEBIBYTE } from '../images.ts';
import { executable, must } from '../programs.ts';
import { commitHere, runTemplate } from './in-process.ts';

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
