import stringWidth from 'string-width';
import t from 'tap';
import { overviewOf } from '../../../src/overview/build/overview-of.ts';
import { boxesOf } from '../../../src/overview/graph/boxes.ts';
import { overviewJson } from '../../../src/overview/json.ts';
import type { Overview } from '../../../src/overview/overview.ts';
import { ofTemplate, sorted } from '../../../src/overview/select.ts';
import { diskName } from '../../../src/overview/text/names.ts';
import { overviewText } from '../../../src/overview/text/overview-text.ts';
import { coloursFor } from '../../../src/words/colours.ts';
import { shortenMiddle } from '../../../src/words/shorten.ts';
import { percentText, sizeText } from '../../../src/words/sizes.ts';
import { sampleWorld } from './sample.ts';
import { World } from './world.ts';

const PLAIN = coloursFor(false, {});
const COLOURED = coloursFor(true, {});

function textOf(world: World, width?: number): Promise<string> {
  return overviewText(overviewOf(world.facts), PLAIN, width);
}

/** The lines of the tree, the header first. */
function treeOf(text: string): string[] {
  return text.slice(0, text.indexOf('\n\n')).split('\n');
}

/** Where a column begins in a line, counted as a terminal does. */
function columnOf(line: string, text: string): number {
  const index = line.indexOf(text);
  return index < 0 ? -1 : stringWidth(line.slice(0, index));
}

t.test('the tree has a line for each image, origin, version and layer', async test => {
  const world = new World();
  const base = world.base('/t/root.img');
  world.vm(world.origin(base, 0), 4, 'the-template');
  const version = world.version(base, { filled: 0.5 });
  world.vm(world.layer(base, [version], '/vm/volatile.img', { filled: 0.001 }), 5, 'work');
  world.layer(base, [], '/t/root-cow.img.old');
  test.equal(
    treeOf(await textOf(world)).join('\n'),
    `
IMAGE                       SIZE  COW USED        LOOP   DEVICE  STATE     USED BY
/t/root.img             10.0 GiB                  loop0
├─ origin               10.0 GiB                         dm-0    running   the-template (xvda)
├─ root-cow.img         10.0 GiB   5.0 GiB  50 %  loop1  dm-1    current   1 layer
│  └─ /vm/volatile.img  10.0 GiB  10.2 MiB  <1 %  loop2  dm-2              work (xvda)
└─ root-cow.img.old     10.0 GiB       0 B   0 %  loop3  dm-3    outdated  the running template`.slice(1),
  );
  test.end();
});

t.test('columns are aligned also where letters are wide or take no room', async test => {
  const world = new World();
  const base = world.base('/テンプレート/root.img');
  const version = world.version(base);
  for (const [index, name] of ['仕事', 'cafe\u0301', '👩‍💻', 'plain'].entries())
    world.vm(world.layer(base, [version], `/vm/${name}/volatile.img`), 20 + index, `vm-${index}`);
  const [header = '', ...lines] = treeOf(await textOf(world));
  const columns = [columnOf(header, 'LOOP'), columnOf(header, 'DEVICE'), columnOf(header, 'USED BY')];
  for (const line of lines.slice(2))
    test.same([columnOf(line, 'loop'), columnOf(line, 'dm-'), columnOf(line, 'vm-')], columns, line);
  test.end();
});

t.test('no line ends with a space, and without a terminal nothing is shortened', async test => {
  const text = await textOf(sampleWorld());
  test.notMatch(text, / \n/);
  test.match(text, '/var/lib/qubes/appvms/sys-firewall/volatile.img');
  test.notMatch(text, '…');
  test.end();
});

t.test(
  'on a terminal lines are cut to its width in the middle of paths, where that is enough',
  async test => {
    for (const width of [105, 115]) {
      const lines = treeOf(await textOf(sampleWorld(), width));
      test.ok(
        lines.every(line => stringWidth(line) <= width),
        `${width} columns`,
      );
      test.ok(
        lines.some(line => /…\S*\/volatile\.img {2}/.test(line)),
        'the end of a path stays',
      );
    }
    test.end();
  },
);

t.test('within 60 columns those are left out that matter least, and no line is longer', async test => {
  for (const width of [60, 72, 90]) {
    const [header = '', ...lines] = treeOf(await textOf(sampleWorld(), width));
    test.same(
      [header, ...lines].filter(line => stringWidth(line) > width),
      [],
      `${width} columns`,
    );
    test.match(header, /^IMAGE .*USED BY$/);
    test.notMatch(header, /LOOP/);
    test.ok(lines.some(line => line.includes('nobody')));
  }
  test.match(treeOf(await textOf(sampleWorld(), 60))[0], /STATE/);
  test.match(
    treeOf(await textOf(sampleWorld(), 200))[0],
    /SIZE .*COW USED .*LOOP .*DEVICE .*STATE .*USED BY$/,
  );
  test.end();
});

t.test('columns that are chosen are shown, in that order and no others', async test => {
  const text = await overviewText(overviewOf(sampleWorld().facts), PLAIN, undefined, ['state', 'size']);
  const [header = '', ...lines] = treeOf(text);
  test.match(header, /^IMAGE +STATE +SIZE$/);
  test.ok(lines.some(line => / current +10\.0 GiB$/.test(line)));
});

t.test('the tree can be put in order, at each of its levels, and be of one template', async test => {
  const world = new World();
  const [small, large] = [world.base('/t/small.img'), world.base('/t/large.img')];
  world.version(small, { filled: 0.1 });
  const version = world.version(large, { filled: 0.5 });
  world.layer(large, [version], '/vm/a.img', { filled: 0.1 });
  world.layer(large, [version], '/vm/b.img', { filled: 0.9 });
  const overview = overviewOf(world.facts);
  const names = async (shown: Overview) =>
    treeOf(await overviewText(shown, PLAIN, undefined))
      .slice(1)
      .flatMap(line => line.match(/[a-z-]+\.img/) ?? [])
      .filter(name => !name.endsWith('-cow.img'));
  test.same(await names(sorted(overview, 'used')), ['large.img', 'b.img', 'a.img', 'small.img']);
  test.same(await names(sorted(overview, 'name')), ['large.img', 'a.img', 'b.img', 'small.img']);
  test.same(await names(ofTemplate(overview, small.key)), ['small.img']);
});

t.test('names from outside cannot reach the terminal as control characters', async test => {
  const hostile = '\u001b]0;owned\u0007\u009b2J\r\n\u202e';
  const world = new World();
  const base = world.base(`/t${hostile}/root.img`);
  const version = world.version(base);
  world.vm(world.layer(base, [version], `/vm/${hostile}.img`), 5, hostile);
  const { device } = version;
  version.openCount += 3;
  world.facts.openers.push(
    { kind: 'process', device, pid: 1, name: hostile },
    { kind: 'mount', device, path: `/mnt/${hostile}` },
    { kind: 'device', device, name: hostile },
  );
  world.attach(`/vm/${hostile}-forgotten.img`);
  const text = await textOf(world);
  test.notMatch(text.replaceAll('\n', ''), /[\p{Cc}\u202e]/u);
  const shown = '\\x1b]0;owned\\x07\\x9b2J\\x0d\\x0a\\x202e';
  test.equal(text.split(shown).length - 1, 7, 'each is there as an escape');
  test.end();
});

t.test('colour is for terminals, and not for those who set NO_COLOR or whose terminal is dumb', test => {
  const colours = (terminal: boolean, environment: NodeJS.ProcessEnv) =>
    coloursFor(terminal, environment).red('text').includes('\u001b');
  test.equal(colours(true, {}), true);
  test.equal(colours(true, { NO_COLOR: '' }), true, 'an empty one is none (no-color.org)');
  test.equal(colours(true, { NO_COLOR: '1' }), false);
  test.equal(colours(true, { TERM: 'dumb' }), false);
  test.equal(colours(false, { FORCE_COLOR: '1', CI: 'true' }), false);
  test.end();
});

t.test('colours change no letter and no column', async test => {
  const overview = overviewOf(sampleWorld().facts);
  const coloured = await overviewText(overview, COLOURED, undefined);
  test.match(coloured, '\u001b[33moutdated\u001b[39m');
  test.match(coloured, '\u001b[31minvalid\u001b[39m');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences of colours begin with one
  test.equal(coloured.replace(/\u001b\[\d+m/g, ''), await overviewText(overview, PLAIN, undefined));
  test.end();
});

t.test('sizes and percentages are rounded, but nothing looks empty or full that is not', test => {
  test.same([0, 512, 1024, 10_200, 1024 ** 2 * 120, 1024 ** 4 * 3.25].map(sizeText), [
    '0 B',
    '512 B',
    '1.0 KiB',
    '10.0 KiB',
    '120 MiB',
    '3.3 TiB',
  ]);
  test.same(
    [0, 1, 49, 996, 1000].map(part => percentText(part, 1000)),
    ['0 %', '<1 %', '5 %', '99 %', '100 %'],
  );
  test.equal(percentText(0, 0), '0 %');
  test.end();
});

t.test('disks of VMs have the names that people know', test => {
  const disks = [51712, 51713, 51728, 51952, (1 << 28) | (26 << 8), 768];
  test.same(disks.map(diskName), ['xvda', 'xvda1', 'xvdb', 'xvdp', 'xvdaa', 'disk 768']);
  test.end();
});

t.test('a text is shortened in its middle, to no more than the width', test => {
  test.equal(shortenMiddle('/var/lib/x/root.img', 19, stringWidth), '/var/lib/x/root.img');
  test.equal(shortenMiddle('/var/lib/x/root.img', 13, stringWidth), '/va…/root.img');
  for (const width of [1, 2, 3, 7, 11])
    test.ok(stringWidth(shortenMiddle('/仕事/仕事/仕事/仕事.img', width, stringWidth)) <= width, `${width}`);
  test.end();
});

t.test('what was derived from another template is said, by the name that that one had', async test => {
  const world = new World();
  for (const name of ['a', 'b']) world.version(world.base(`/${name}/root.img`));
  world.facts.derived.set('/b/root.img', {
    from: '/a/ro\u001bot.img',
    made: new Date(2026, 10, 30, 9, 5).getTime(),
  });
  const text = await textOf(world);
  test.match(
    text,
    '\n\nDerived from another template, and independent of it:\n  /b/root.img  from /a/ro\\x1bot.img, 2026-11-30 09:05\n',
  );
  test.equal(JSON.parse(overviewJson(overviewOf(world.facts))).templates[0].derivedFrom, null);
  test.notMatch(await textOf(sampleWorld()), 'Derived');
  const boxes = overviewOf(world.facts).templates.flatMap(template => boxesOf(template).boxes[0] ?? []);
  test.match(boxes[1]?.lines, ['10.0 GiB', / · from \/a\/ro\\x1bot\.img$/]);
  test.match(boxes[1]?.details, /derived from \/a\/ro\\x1bot\.img, 2026-11-30 09:05$/);
  test.end();
});
