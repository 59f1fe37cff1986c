// What was ever found by `make fuzz`: every input of every target again.
import t from 'tap';
import { readCorpus, TARGET_NAMES } from './corpus.ts';

/** What was refused where nobody has heard it: that would have ended the program. */
const unheard: unknown[] = [];
process.on('unhandledRejection', reason => unheard.push(reason));

for (const target of TARGET_NAMES)
  t.test(`every input that is kept of ${target} is read, or refused in words`, async t => {
    const { fuzz } = (await import(`./targets/${target}.js`)) as {
      fuzz(data: Uint8Array): void | Promise<void>;
    };
    const inputs = readCorpus(target);
    t.not(inputs.length, 0, 'there are inputs');
    for (const input of inputs) {
      const shown = JSON.stringify(input.toString('latin1').slice(0, 200));
      await t.resolves((async () => fuzz(input))(), shown);
      await new Promise(resolve => setImmediate(resolve));
      t.same(unheard.splice(0), [], `nothing of it went unheard: ${shown}`);
    }
  });
