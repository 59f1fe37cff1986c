import { posix } from 'node:path';
import t from 'tap';
import { basename, dirname, join, resolve } from '../../src/host/paths.ts';
import { strictTextOf } from '../../src/host/strict-text.ts';

const PIECES = ['', 'a', '..', '.', 'b.c', 'ä', '/', 'a/b', '/a'];

t.test('paths are put together and taken apart as Node does it', async t => {
  let compared = 0;
  for (const first of PIECES)
    for (const second of PIECES)
      for (const third of PIECES) {
        const parts = [first, second, third];
        const path = parts.join('/').replace(/\/+/g, '/');
        // Node keeps a slash behind what is nothing but the current folder.
        if (!posix.join(...parts).startsWith('./'))
          t.equal(join(...parts), posix.join(...parts), parts.join(' + '));
        t.equal(resolve(path), posix.resolve(path), path);
        if (path === '') continue;
        t.equal(dirname(path), posix.dirname(path), `folder of ${path}`);
        t.equal(basename(path), posix.basename(path), `name of ${path}`);
        compared += 1;
      }
  t.ok(compared > 500);
});

t.test('bytes that are no UTF-8 are no text, and a replacement that is written there is', async t => {
  for (const text of ['', 'plain', 'ä€😀', '\ufffd', 'a\ufffdb', '\ufeffx'])
    t.equal(strictTextOf(new TextEncoder().encode(text)), text);
  for (const bytes of [
    [0xff],
    [0xc3],
    [0xed, 0xa0, 0x80],
    [0x61, 0x80],
    [0xef, 0xbf, 0xbd, 0xff],
    [0xc0, 0xaf],
  ])
    t.equal(strictTextOf(Uint8Array.from(bytes)), undefined, String(bytes));
});
