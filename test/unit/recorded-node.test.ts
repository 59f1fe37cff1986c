import t from 'tap';
import { mayNameDeviceOf, parseRecordedNode } from '../../src/claims/recorded-node.ts';
import type { ImageKey } from '../../src/devices/plan/image-key.ts';

const BASE = 'fd01:1234' as ImageKey;
const NAMES = [`snapshot-${BASE}-fd01:5678`, `snapshot-${BASE}-fd01:5678-fd02:9`, `origin-${BASE}`];

t.test('a node that was written whole is read, with or without its folder', test => {
  for (const name of NAMES)
    for (const text of [`/dev/mapper/${name}\n`, `${name}\n`])
      test.match(parseRecordedNode(text), {
        kind: 'ours',
        device: { node: `/dev/mapper/${name}`, name, identity: { base: BASE } },
      });
  test.same(parseRecordedNode(''), { kind: 'nothing' });
  for (const node of ['/dev/sda', '/dev/mapper/vg-root', '/dev/disk/by-id/x'])
    test.same(parseRecordedNode(`${node}\n`), { kind: 'foreign' });
  test.end();
});

t.test('cut at any length it is no device, and concerns the base that it was of', test => {
  for (const name of NAMES)
    for (const whole of [`/dev/mapper/${name}\n`, `${name}\n`])
      for (let length = 1; length < whole.length; length++) {
        const text = whole.slice(0, length);
        test.same(parseRecordedNode(text), { kind: 'damaged' }, text);
        test.ok(mayNameDeviceOf(text, BASE), text);
      }
  test.notOk(mayNameDeviceOf('/dev/mapper/snapshot-fd01:12', 'fd02:1' as ImageKey), 'not another base');
  test.notOk(mayNameDeviceOf(`/dev/mapper/${NAMES[0]}`, 'fd01:123' as ImageKey));
  test.end();
});

t.test('what nobody writes there may be of any base', test => {
  for (const text of [
    '\0\0\0\0',
    '\u{fffd}\u0001\n',
    'x',
    '/dev/\n',
    'snapshot-\n',
    '/dev/mapper/origin-zz\n',
  ]) {
    test.same(parseRecordedNode(text), { kind: 'damaged' }, JSON.stringify(text));
    if (!/snapshot-|origin-/.test(text)) test.ok(mayNameDeviceOf(text, BASE), JSON.stringify(text));
  }
  test.end();
});
