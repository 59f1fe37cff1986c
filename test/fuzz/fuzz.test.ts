// What was ever found by `make fuzz`: every input of every target again.
import t from 'tap';
import { readCorpus, TARGET_NAMES } from './corpus.ts';

for (const target of TARGET_NAMES)
  t.test(`every input that is kept of ${target} is read, or refused in words`, async t => {
    const { fuzz } = (await import(`./targets/${target}.js`)) as {
      fuzz(data: Uint8Array): void | Promise<void>;
    };
    const inputs = readCorpus(target);
    t.not(inputs.length, 0, 'there are inputs');
    for (const input of inputs)
      await t.resolves((async () => fuzz(input))(), JSON.stringify(input.toString('latin1').slice(0, 200)));
  });
