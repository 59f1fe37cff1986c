// What people read: sizes, times, columns, names that others have chosen.
import t from 'tap';
import { coloursFor } from '../../src/words/colours.ts';
import { columnLines, columnWidths, padCell } from '../../src/words/columns.ts';
import { failureText } from '../../src/words/failure-text.ts';
import { oneLine, printable } from '../../src/words/printable.ts';
import { exitStatusOf, Refusal, usageError } from '../../src/words/refusal.ts';
import { shortenMiddle } from '../../src/words/shorten.ts';
import { percentText, sizeText } from '../../src/words/sizes.ts';
import { systemErrorText } from '../../src/words/system-error-text.ts';
import { durationText, timeText } from '../../src/words/times.ts';
import { widthFunction } from '../../src/words/width.ts';

t.test(
  'a size has the largest unit that it fills once, and a place behind the point below a hundred',
  async t => {
    for (const [bytes, text] of [
      [0, '0 B'],
      [1, '1 B'],
      [99, '99 B'],
      [1023, '1023 B'],
      [1024, '1.0 KiB'],
      [1536, '1.5 KiB'],
      [99.9 * 1024, '99.9 KiB'],
      [100 * 1024, '100 KiB'],
      [1024 ** 2 - 1, '1024 KiB'],
      [1024 ** 2, '1.0 MiB'],
      [20 * 1024 ** 3, '20.0 GiB'],
      [3 * 1024 ** 4, '3.0 TiB'],
      [2 * 1024 ** 5, '2.0 PiB'],
      [5000 * 1024 ** 5, '5000 PiB'],
    ] as const)
      t.equal(sizeText(bytes), text);
  },
);

t.test('nothing is 0 %, all is 100 %, and what is neither says neither', async t => {
  for (const [part, whole, text] of [
    [0, 100, '0 %'],
    [0, 0, '0 %'],
    [5, 0, '0 %'],
    [1, 1000, '<1 %'],
    [9, 1000, '<1 %'],
    [10, 1000, '1 %'],
    [25, 100, '25 %'],
    [994, 1000, '99 %'],
    [999, 1000, '99 %'],
    [1000, 1000, '100 %'],
    [1001, 1000, '100 %'],
  ] as const)
    t.equal(percentText(part, whole), text, `${part} of ${whole}`);
});

t.test('a length of time has its two largest units', async t => {
  for (const [seconds, text] of [
    [-5, '0 s'],
    [0.4, '0 s'],
    [59.4, '59 s'],
    [59.5, '1 min 0 s'],
    [60, '1 min 0 s'],
    [130, '2 min 10 s'],
    [3599, '59 min 59 s'],
    [3600, '1 h 0 min'],
    [3900, '1 h 5 min'],
    [90_000, '25 h 0 min'],
  ] as const)
    t.equal(durationText(seconds), text);
});

t.test(
  'a moment is given as the clock of this machine shows it, every part of it as wide as any',
  async t => {
    t.equal(timeText(new Date(2026, 0, 2, 3, 4, 59).getTime()), '2026-01-02 03:04');
    t.equal(timeText(new Date(2026, 11, 31, 23, 59).getTime()), '2026-12-31 23:59');
  },
);

t.test('columns are as wide as their widest cell, and no line ends with a space', async t => {
  const rows = [
    ['NAME', 'SIZE', 'NOTE'],
    ['a', '1 B', ''],
    ['longer', '1000 B', 'x'],
  ];
  t.same(columnLines(rows), ['NAME    SIZE    NOTE', 'a       1 B', 'longer  1000 B  x']);
  t.same(columnLines(rows, { right: [1] }), ['NAME      SIZE  NOTE', 'a          1 B', 'longer  1000 B  x']);
  t.same(columnLines([]), []);
});

t.test('a column is measured by the width that is asked for, and one without a cell takes none', async t => {
  const twice = (text: string) => text.length * 2;
  t.same(columnWidths([['ab', ''], ['a']], twice), [4, 0]);
  t.same(columnWidths([], twice), []);
  t.same(
    columnLines(
      [
        ['ab', 'x'],
        ['a', 'y'],
      ],
      { widthOf: twice },
    ),
    ['ab  x', 'a    y'],
  );
});

t.test('a cell is filled on the side that it is not aligned to, and never cut', async t => {
  t.equal(padCell('a', 2, false), 'a  ');
  t.equal(padCell('a', 2, true), '  a');
  t.equal(padCell('a', -1, false), 'a');
});

t.test('a text that is too wide loses its middle, and its end is kept longest', async t => {
  const length = (text: string) => text.length;
  t.equal(shortenMiddle('/var/lib/x', 10, length), '/var/lib/x');
  t.equal(shortenMiddle('abcdefghijkl', 9, length), 'ab…ghijkl');
  t.equal(shortenMiddle('abcdefghijkl', 5, length), 'a…jkl');
  t.equal(shortenMiddle('abcdefghijkl', 1, length), '…');
});

t.test('what is shortened is never cut inside of a letter, nor wider than it may be', async t => {
  const width = (text: string) => [...text].reduce((sum, letter) => sum + (letter === '…' ? 1 : 2), 0);
  t.equal(shortenMiddle('😀😁😂😃😄', 8, width), '…😂😃😄');
  t.equal(shortenMiddle('😀😁😂😃😄', 9, width), '😀…😂😃😄');
  for (let limit = 1; limit < 10; limit++) {
    const short = shortenMiddle('😀😁😂😃😄', limit, width);
    t.ok(width(short) <= limit, `${short} in ${limit}`);
    t.notMatch(short, /[\ud800-\udfff](?![\udc00-\udfff])(?<![\ud800-\udbff][\udc00-\udfff])/);
  }
});

t.test('whatever breaks a line or commands a terminal is shown as an escape, and nothing else', async t => {
  t.equal(oneLine('a\nb\0c\u001b[2J\u007f'), 'a\\x0ab\\x00c\\x1b[2J\\x7f');
  t.equal(oneLine('\u0080\u009f\u2028\u2029'), '\\x80\\x9f\\x2028\\x2029');
  t.equal(oneLine('\u200e\u200f\u202a\u202e\u2066\u2069'), '\\x200e\\x200f\\x202a\\x202e\\x2066\\x2069');
  const plain = ' ~ Grüße €\u00a0\u200d\u2027\u202f\u2065\u206a 😀';
  t.equal(oneLine(plain), plain);
});

t.test('a name of more than 200 characters is shown by its beginning and its length', async t => {
  t.equal(printable('x'.repeat(200)), 'x'.repeat(200));
  t.equal(printable('x'.repeat(201)), `${'x'.repeat(200)}… (201 characters)`);
  t.equal(printable('\n'), '\\x0a');
  t.equal(oneLine('x'.repeat(300)), 'x'.repeat(300), 'a whole line is not shortened');
});

const systemError = (code: string) =>
  Object.assign(new Error(`open /x: ${code}`), { code, operation: 'open', argument: '/x', detail: '' });

t.test("a failure is told in a refusal's own words, the kernel's, or as the program's own fault", async t => {
  t.equal(failureText(new Refusal('no cow: give one')), 'no cow: give one');
  t.equal(failureText(systemError('EIO')), 'open /x: EIO');
  t.equal(failureText(Object.assign(new Error('of node'), { code: 'ERR_X' })), 'internal error: of node');
  t.equal(failureText(new TypeError('x is no function')), 'internal error: x is no function');
  t.equal(failureText('thrown as it is'), 'internal error: thrown as it is');
});

t.test('a failed system call is told in words where there are any', async t => {
  for (const [code, words] of [
    ['ENOENT', 'no such file or folder'],
    ['EACCES', 'permission denied'],
    ['EPERM', 'not permitted'],
    ['EISDIR', 'is a folder'],
    ['ENOTDIR', 'part of the path is not a folder'],
    ['ELOOP', 'its symbolic links go round in a circle'],
    ['EROFS', 'the file system is read-only'],
    ['ENOSPC', 'no space left'],
    ['ENAMETOOLONG', 'the name is too long'],
    ['EIO', 'input/output error'],
    ['EXDEV', 'EXDEV'],
  ] as const)
    t.equal(systemErrorText(systemError(code)), words);
  t.equal(systemErrorText(new Error('something else')), 'something else');
  t.equal(systemErrorText(7), '7');
});

t.test('a refusal ends a program with 1, wrong usage with 2, and any other error with 1', async t => {
  t.match(new Refusal('no'), { name: 'Refusal', message: 'no', exitStatus: 1 });
  t.match(usageError('which?'), { name: 'Refusal', message: 'which?', exitStatus: 2 });
  t.equal(exitStatusOf(new Refusal('no')), 1);
  t.equal(exitStatusOf(usageError('which?')), 2);
  t.equal(exitStatusOf(new Error('x')), 1);
  t.equal(exitStatusOf({ exitStatus: 3 }), 1);
});

t.test('there are colours on a terminal, unless NO_COLOR says anything or it is dumb', async t => {
  const isColoured = (terminal: boolean, environment: NodeJS.ProcessEnv) =>
    coloursFor(terminal, environment).red('x') !== 'x';
  t.ok(isColoured(true, {}));
  t.ok(isColoured(true, { NO_COLOR: '', TERM: 'xterm' }));
  t.notOk(isColoured(false, {}));
  t.notOk(isColoured(true, { NO_COLOR: '1' }));
  t.notOk(isColoured(true, { TERM: 'dumb' }));
});

t.test('a text is as wide as a terminal shows it', async t => {
  const plain = await widthFunction(['a', ' ~', '']);
  t.equal(plain('abc'), 3);
  t.equal(plain('日本'), 2, 'nobody has said that there would be others');
  for (const texts of [['日'], ['a', '日'], ['a\u0007']]) {
    const measure = await widthFunction(texts);
    t.equal(measure('abc'), 3);
    t.equal(measure('日本'), 4);
    t.equal(measure('e\u0301'), 1);
  }
});
