// What programs read of ours.
import t from 'tap';
import { jsonAnswer } from '../../src/words/json-answer.ts';

t.test('an answer for programs has every field, null where nothing is known', test => {
  const answer = jsonAnswer({
    undo: undefined,
    nested: { size: undefined, none: null, zero: 0 },
    list: [undefined, ''],
  });
  test.same(JSON.parse(answer), {
    undo: null,
    nested: { size: null, none: null, zero: 0 },
    list: [null, ''],
  });
  test.match(answer, /^ {2}"undo": null,$/m);
  test.match(answer, /\}\n$/);
  test.end();
});
