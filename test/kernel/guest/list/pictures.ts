import { readFileSync } from 'node:fs';
import { DOMParser } from '@xmldom/xmldom';
import { check } from '../checks.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { blockSnapshot } from '../programs.ts';

check(
  'graph draws every image, layer and what nobody uses, to standard output or into a file',
  (test, template) => {
    const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
    const { status, stdout, stderr } = blockSnapshot('graph');
    test.same([status, stderr], [0, '']);
    const file = `${template.folder}/picture.svg`;
    test.same(blockSnapshot('graph', '-o', file), { status: 0, stdout: '', stderr: '' });
    test.equal(readFileSync(file, 'utf8'), stdout);
    const titles = [
      ...new DOMParser().parseFromString(stdout, 'image/svg+xml').getElementsByTagName('title'),
    ];
    const texts = titles.map(({ textContent }) => textContent ?? '');
    for (const path of [template.root, template.rootCow, template.vm1])
      test.ok(
        texts.some(text => text.includes(path)),
        `${path} is in it in full`,
      );
    test.ok(texts.some(text => text.includes(node) && text.includes('unused')));
    cleanupHere('snapshot', node);
  },
);

check('graph into a folder that is not there is one line, and leaves nothing', test => {
  const { status, stdout, stderr } = blockSnapshot('graph', '-o', '/run/lab/nowhere/picture.svg');
  test.same([status, stdout], [1, '']);
  test.match(stderr, /^block-snapshot: \/run\/lab\/nowhere\/picture\.svg: cannot be written: .*\n$/);
});
