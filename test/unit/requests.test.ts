// What somebody asks for, checked for form; XML that comes from outside; xenstore's messages.
import t from 'tap';
import { isDeviceType } from '../../src/devices/request/device-types.ts';
import { imagePath } from '../../src/devices/request/image-path.ts';
import { parseNode } from '../../src/devices/request/node-request.ts';
import { madeOfOthers, parseStackRequest, stackRequest } from '../../src/devices/request/stack-request.ts';
import { XenstoreError } from '../../src/xen/xenstore/error.ts';
import {
  decodeHeader,
  encodeMessage,
  HEADER_BYTES,
  LONGEST_PAYLOAD,
  MESSAGE,
} from '../../src/xen/xenstore/wire.ts';
import { parseDocument, XmlProblem } from '../../src/xml/document.ts';

t.test('a path is absolute, of characters that a path has, and of at most 4,095 bytes', async t => {
  t.same(imagePath('cow', '/v/cow.img'), { role: 'cow', path: '/v/cow.img' });
  t.same(imagePath('base', `/${'x'.repeat(4094)}`), { role: 'base', path: `/${'x'.repeat(4094)}` });
  for (const [path, reason] of [
    ['', 'the path of a base is empty: give BASE:COW[:COW2...]'],
    ['/a\0b', 'base /a\\x00b has a NUL in its path: rename the file'],
    ['/a\nb', 'base /a\\x0ab has a newline in its path: rename the file'],
    ['/a\ufffdb', 'base /a\ufffdb has a path that is not UTF-8: rename the file'],
    ['a/b', 'base a/b is a relative path: give the absolute one'],
    [`/${'é'.repeat(2048)}`, /^base \/é+… \(2049 characters\) has a path longer than 4095 bytes$/],
    [`/${'x'.repeat(4095)}`, /has a path longer than 4095 bytes$/],
  ] as const)
    t.throws(() => imagePath('base', path), { name: 'Refusal', message: reason });
  t.throws(() => imagePath('template', ''), {
    message: 'the path of a template is empty: give its folder or its image',
  });
});

t.test('a stack has a base and cows, an origin one cow', async t => {
  t.same(parseStackRequest('snapshot', '/a:/b:/c'), {
    type: 'snapshot',
    base: { role: 'base', path: '/a' },
    cows: [
      { role: 'cow', path: '/b' },
      { role: 'cow', path: '/c' },
    ],
  });
  t.match(parseStackRequest('origin', '/a:/b'), { type: 'origin', cows: [{ path: '/b' }] });
  for (const [type, images, reason] of [
    ['snapshot', '/a', '/a names no cow: give BASE:COW[:COW2...]'],
    ['snapshot', '', ' names no cow: give BASE:COW[:COW2...]'],
    ['origin', '/a:/b:/c', '/a:/b:/c has 2 cows: an origin takes one, BASE:COW'],
    ['snapshot', '/a:b', 'cow b is a relative path: give the absolute one'],
    ['snapshot', '/a:', 'the path of a cow is empty: give BASE:COW[:COW2...]'],
  ] as const)
    t.throws(() => parseStackRequest(type, images), { name: 'Refusal', message: reason });
  t.throws(() => stackRequest('snapshot', [], 'that call'), { message: /^that call names no cow/ });
});

t.test('a device of ours is no image, wherever it is named', async t => {
  for (const images of [
    '/dev/mapper/snapshot-fd01:1-fd01:2:/c',
    '/a:/dev/mapper/snapshot-fd01:1-fd01:2',
    '/a:/dev/mapper/snapshot-fd01:1-fd01:2:/c',
  ])
    t.throws(() => parseStackRequest('snapshot', images), {
      message:
        /^\/dev\/mapper\/snapshot-fd01:1-fd01:2:? ?was made of other images: give those, and one more cow, BASE:COW:COW2$/,
    });
  t.throws(() => parseStackRequest('origin', '/dev/mapper/origin-fd01:1:/c'), {
    message: /was made of other images/,
  });
  t.equal(parseStackRequest('snapshot', '/dev/mapper/vg-root:/c').base.path, '/dev/mapper/vg-root');
  t.equal(parseStackRequest('snapshot', '/x/dev/mapper/origin-a:/c').base.path, '/x/dev/mapper/origin-a');
  t.equal(
    madeOfOthers('it is').message,
    'it is made of other images: give those, and one more cow, BASE:COW:COW2',
  );
});

t.test('there are two types of devices', async t => {
  t.ok(isDeviceType('snapshot'));
  t.ok(isDeviceType('origin'));
  for (const type of ['', 'Snapshot', 'snapshot-origin']) t.notOk(isDeviceType(type), type);
});

t.test('a node stands for a device of ours, of the type that is wanted', async t => {
  t.match(parseNode('/dev/mapper/origin-1:2'), { name: 'origin-1:2', identity: { type: 'origin' } });
  t.match(parseNode('origin-1:2', 'origin'), { node: '/dev/mapper/origin-1:2' });
  t.match(parseNode('snapshot-1:2-1:3', 'snapshot'), { identity: { type: 'snapshot' } });
  for (const [node, type, reason] of [
    [
      '/dev/sda',
      undefined,
      '/dev/sda is not the name of a snapshot: give the node that prepare printed, /dev/mapper/snapshot-...',
    ],
    [
      '/dev/sda',
      'origin',
      '/dev/sda is not the name of an origin: give the node that prepare printed, /dev/mapper/origin-...',
    ],
    [
      'origin-1:2',
      'snapshot',
      'origin-1:2 is not the name of a snapshot: give the node that prepare printed, /dev/mapper/snapshot-...',
    ],
    [
      'snapshot-1:2-1:3',
      'origin',
      'snapshot-1:2-1:3 is not the name of an origin: give the node that prepare printed, /dev/mapper/origin-...',
    ],
  ] as const)
    t.throws(() => parseNode(node, type), { name: 'Refusal', message: reason });
});

t.test('a message of xenstore is a header of four words and its payload, and is read back', async t => {
  const message = encodeMessage(
    { type: MESSAGE.write, requestId: 7, transactionId: 0x01020304 },
    Buffer.from('a\0b'),
  );
  t.same([...message], [11, 0, 0, 0, 7, 0, 0, 0, 4, 3, 2, 1, 3, 0, 0, 0, 97, 0, 98]);
  t.same(decodeHeader(message), { type: 11, requestId: 7, transactionId: 0x01020304, length: 3 });
  t.same(MESSAGE, {
    directory: 1,
    read: 2,
    startTransaction: 6,
    endTransaction: 7,
    write: 11,
    remove: 13,
    error: 16,
  });
  t.throws(() => decodeHeader(Buffer.alloc(HEADER_BYTES - 1)), RangeError);
});

t.test('a payload has at most 4,096 bytes', async t => {
  const header = { type: MESSAGE.read, requestId: 1, transactionId: 0 };
  t.equal(encodeMessage(header, Buffer.alloc(LONGEST_PAYLOAD)).length, 16 + 4096);
  try {
    encodeMessage(header, Buffer.alloc(LONGEST_PAYLOAD + 1));
    t.fail('it is taken');
  } catch (error) {
    t.ok(error instanceof XenstoreError);
    t.match(error, { code: 'E2BIG', message: 'a message to xenstore of 4097 bytes is too long' });
  }
});

/** The problem with a document that has one. */
function problemOf(text: string): XmlProblem {
  try {
    parseDocument(text);
  } catch (error) {
    if (error instanceof XmlProblem) return error;
    throw error;
  }
  throw new Error(`it is well-formed: ${text}`);
}

t.test('a document that is well-formed is parsed, with its own five entities alone', async t => {
  const root = parseDocument('<a b="1">&lt;&amp;&gt;&quot;&apos;</a>').documentElement;
  t.equal(root?.localName, 'a');
  t.equal(root?.getAttribute('b'), '1');
  t.equal(root?.textContent, '<&>"\'');
});

t.test(
  'whatever is odd in a document is a problem, in one line, with the line where it was seen',
  async t => {
    for (const [text, line] of [
      ['<a>\n<b></a>', 2],
      ['<a>\n\n<b c=d/></a>', 3],
      ['<a>&nbsp;</a>', 1],
      ['<a b="1" b="2"/>', 1],
    ] as const) {
      const problem = problemOf(text);
      t.equal(problem.line, line, text);
      t.match(problem.message, /^\S.*\S$/, 'one line, without blanks around it');
    }
    for (const text of ['', ' ', '<!-- only a note -->', '<?xml version="1.0"?>']) {
      const problem = problemOf(text);
      t.match(problem.message, /^\S(.*\S)?$/, JSON.stringify(text));
    }
  },
);
