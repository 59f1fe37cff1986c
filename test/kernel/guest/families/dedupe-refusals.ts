// What dedupe refuses, and what it leaves out; in one line, with nothing changed.
import { mkdirSync } from 'node:fs';
import { hashOf, MEBIBYTE, makeImage, makeTemplate, removeTemplate } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { refusalOf } from '../life/in-process.ts';
import { blockSnapshot, must } from '../programs.ts';
import { dedupeHere } from './in-process.ts';
import { checkSharing, newTemplate, SHARING } from './sharing-filesystem.ts';

/** Images that are alike. */
function alike(point: string, ...names: string[]): string[] {
  return names.map(name => {
    const image = newTemplate(point, name);
    must('sh', '-c', `yes '${point}' | head -c ${MEBIBYTE} >${image}`);
    return image;
  });
}

checkSharing('templates that run, or that a VM uses, are left out with a line', async (test, point) => {
  const [first = '', second = '', third = '', fourth = ''] = alike(
    point,
    'first',
    'second',
    'third',
    'fourth',
  );
  const origin = prepareHere('origin', second, second.replace('.img', '-cow.img'));
  const snapshot = prepareHere('snapshot', third, third.replace('.img', '-cow.img'));
  const one = blockSnapshot('dedupe', first, second, third);
  test.equal(one.status, 1);
  test.match(one.stderr.split('\n'), [
    `block-snapshot: warning: left out: template ${second} is running (${origin}): stop it first`,
    `block-snapshot: warning: left out: template ${third} has a snapshot that nobody has open, ${snapshot}`,
    'block-snapshot: only one of 3 templates is unused, and there have to be two: stop what uses the others, then try again',
    '',
  ]);
  const two = blockSnapshot('dedupe', first, second, fourth, '--json');
  test.equal(two.status, 0);
  test.match(JSON.parse(two.stdout), {
    templates: [first, fourth],
    shared: MEBIBYTE,
    leftOut: [{ template: second, reason: /is running/ }],
  });
  cleanupHere('origin', origin);
  cleanupHere('snapshot', snapshot);
});

checkSharing('what cannot be shared is refused, and says why', async (test, point, { name }) => {
  const [first = '', second = ''] = alike(point, 'first', 'second');
  const link = newTemplate(point, 'link');
  must('ln', first, link);
  test.equal(
    await refusalOf(() => dedupeHere([first, link])),
    `${first} and ${link} are the same file: give templates that are not the same`,
  );
  const elsewhere = makeTemplate(MEBIBYTE);
  test.match(
    await refusalOf(() => dedupeHere([elsewhere.root, first])),
    new RegExp(`^template ${elsewhere.root} is on tmpfs, where files cannot share blocks: that takes XFS`),
  );
  removeTemplate(elsewhere);
  const [kind] = SHARING.filter(other => other.name === name);
  const other = `${point}/other`;
  mkdirSync(other);
  const mounted = kind?.mount(other);
  const [third = ''] = alike(mounted?.point ?? '', 'third');
  test.equal(
    await refusalOf(() => dedupeHere([first, third])),
    `${first} and ${third} are on two filesystems, which share nothing: give templates that are on one`,
  );
  mounted?.unmount();
  if (name === 'btrfs') {
    const inPlace = `${point}/in-place`;
    mkdirSync(inPlace);
    must('chattr', '+C', inPlace);
    const [fourth = ''] = alike(inPlace, 'fourth');
    const [fifth = ''] = alike(inPlace, 'fifth');
    const hash = hashOf(fourth);
    test.match(
      await refusalOf(() => dedupeHere([first, fourth])),
      `of ${first} and ${fourth} one is written in place (nodatacow) and one is not`,
    );
    test.match(await dedupeHere([fourth, fifth]), { shared: MEBIBYTE });
    test.same([fourth, fifth].map(hashOf), [hash, hash]);
  }
  test.match(await dedupeHere([first, second]), { shared: MEBIBYTE });
});

checkSharing('an image that somebody has mounted is left out', async (test, point) => {
  const [first = '', second = ''] = alike(point, 'first', 'second');
  const loop = must('losetup', '-f', '--show', second);
  test.match(blockSnapshot('dedupe', first, second), {
    status: 1,
    stderr: `left out: template ${second} is attached to ${loop}: detach it first`,
  });
  must('losetup', '-d', loop);
  const sparse = makeImage(newTemplate(point, 'sparse'), MEBIBYTE);
  test.match(await dedupeHere([sparse, first, second]), { shared: MEBIBYTE });
});
