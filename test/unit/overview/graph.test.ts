import { DOMParser, Element } from '@xmldom/xmldom';
import t from 'tap';
import { overviewOf } from '../../../src/overview/build/overview-of.ts';
import { type Box, boxesOf } from '../../../src/overview/graph/boxes.ts';
import { type Place, place } from '../../../src/overview/graph/layout.ts';
import { overviewSvg } from '../../../src/overview/graph/overview-svg.ts';
import { textWidth } from '../../../src/overview/graph/svg.ts';
import { sampleWorld } from './sample.ts';
import { World } from './world.ts';

function parse(picture: string) {
  const problems: string[] = [];
  const document = new DOMParser({ onError: (_level, message) => problems.push(message) }).parseFromString(
    picture,
    'image/svg+xml',
  );
  const texts = (name: string) =>
    [...document.getElementsByTagName(name)].map(({ textContent }) => textContent ?? '');
  return { problems, document, titles: texts('title'), texts: texts('text') };
}

const sample = overviewOf(sampleWorld().facts);

t.test('the picture of 20 VMs on 5 templates is well-formed and has each of them', test => {
  const { problems, texts, titles } = parse(overviewSvg(sample));
  test.same(problems, []);
  for (const name of ['sys-net', 'work', 'build-4', 'anon-download', 'debian-12-xfce'])
    test.ok(texts.includes(name), name);
  test.ok(titles.some(title => title.startsWith('/var/lib/qubes/appvms/sys-firewall/volatile.img\n')));
  test.end();
});

t.test('long paths are shortened in the middle, and are there in full for who points at them', test => {
  const world = new World();
  const base = world.base(`/${'long/'.repeat(60)}root.img`);
  const own = `/vm/${'name-'.repeat(40)}/volatile.img`;
  world.layer(base, [world.version(base)], own);
  const { texts, titles } = parse(overviewSvg(overviewOf(world.facts)));
  test.ok(texts.some(text => /^\/vm\/\S*…\S*\/volatile\.img$/.test(text)));
  test.ok(titles.some(title => title.startsWith(`${own}\n`)));
  test.end();
});

t.test('no text is wider than its box, and no box lies on another', test => {
  for (const template of sample.templates) {
    const { boxes, edges } = place(boxesOf(template));
    for (const [index, box] of boxes.entries())
      for (const other of boxes.slice(index + 1))
        test.notOk(overlap(box, other), `${box.id} and ${other.id}`);
    test.ok(
      edges.every(({ from, to }) => from.x + from.width < to.x),
      'all that lies on something is to the right of it',
    );
  }
  const { document } = parse(overviewSvg(sample));
  let checked = 0;
  for (const group of document.getElementsByTagName('g')) {
    const children = [...group.childNodes].filter(node => node instanceof Element);
    const frame = children.find(child => child.tagName === 'rect');
    if (frame === undefined) continue;
    const right = numberOf(frame, 'x') + numberOf(frame, 'width');
    for (const text of children.filter(child => child.tagName === 'text')) {
      const length = textWidth((text.textContent ?? '').length, numberOf(text, 'font-size'), isBold(text));
      const start =
        text.getAttribute('text-anchor') === 'end' ? numberOf(text, 'x') - length : numberOf(text, 'x');
      test.ok(start >= numberOf(frame, 'x') && start + length <= right + 1, text.textContent ?? '');
      checked += 1;
    }
  }
  test.ok(checked > 100, `${checked} texts`);
  test.end();
});

t.test('names from outside cannot become markup', test => {
  const hostile = '"/><script>alert(1)</script>&amp;<!--\u0000\ud800\ufffe]]>';
  const world = new World();
  const base = world.base(`/t/${hostile}/root.img`);
  const version = world.version(base);
  world.vm(version, 5, hostile);
  world.attach(`/vm/${hostile}.img`);
  const { problems, document, titles } = parse(overviewSvg(overviewOf(world.facts)));
  test.same(problems, []);
  test.equal(document.getElementsByTagName('script').length, 0);
  test.ok(titles.some(title => title.includes('<script>alert(1)</script>&amp;<!--\\x00')));
  test.end();
});

t.test('what is outdated, invalid or unused is told in words as well as in colours', test => {
  const boxes = sample.templates.flatMap(template => boxesOf(template).boxes);
  const remark = (path: string) => boxes.find((box: Box) => box.details.includes(path))?.remark;
  test.equal(remark('/work/volatile.img'), 'outdated');
  test.equal(remark('/build-4/volatile.img'), 'invalid');
  test.equal(remark('/build-5/volatile.img'), 'unused');
  test.equal(remark('/sys-net/volatile.img'), '');
  const { texts } = parse(overviewSvg(sample));
  for (const word of ['outdated', 'invalid: blocks lost', 'nobody uses it', 'origin: the template runs'])
    test.ok(texts.includes(word), `the legend has: ${word}`);
  test.end();
});

t.test('a picture of nothing says so', test => {
  const { problems, texts } = parse(overviewSvg(overviewOf(new World().facts)));
  test.same(problems, []);
  test.ok(texts.includes('No template is in use'));
  test.end();
});

function overlap(a: Place, b: Place): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function numberOf(element: Element, attribute: string): number {
  return Number(element.getAttribute(attribute));
}

function isBold(element: Element): boolean {
  return element.getAttribute('font-weight') === '700';
}
