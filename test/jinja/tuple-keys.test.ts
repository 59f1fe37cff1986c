import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { tupleKeyCount } from '../../src/jinja/runtime/tuple-keys.ts';
import { hashKey, Tuple } from '../../src/jinja/runtime/values.ts';

t.test('equal tuples are one key, and no other value is', async t => {
  const key = (...items: (string | number | null)[]) => hashKey(new Tuple(items));
  t.equal(key('a', 1), key('a', 1));
  t.equal(hashKey(new Tuple([new Tuple([1]), 'b'])), hashKey(new Tuple([new Tuple([1]), 'b'])));
  t.not(key('a', 1), key('a', '1'));
  t.not(key('ab', 'c'), key('a', 'bc'));
  t.not(hashKey(new Tuple([new Tuple([1])])), hashKey(new Tuple([1])));
  t.not(key('a'), hashKey('tuple a'));
});

t.test('a tuple that nobody uses as a key any more takes no memory', async t => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const kept = hashKey(new Tuple(['kept']));
  for (let number = 0; number < 1000; number++) hashKey(new Tuple(['gone', number]));
  t.ok(tupleKeyCount() > 1000);
  for (let round = 0; round < 100 && tupleKeyCount() > 10; round++) {
    await setImmediate();
    collect();
  }
  t.ok(tupleKeyCount() <= 10, 'they are gone');
  t.equal(hashKey(new Tuple(['kept'])), kept, 'and what is used is there');
});
