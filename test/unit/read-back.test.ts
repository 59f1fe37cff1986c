// Whoever reads what may be damaged has to say so: what the program reads back is damaged in test/kernel/guest/corruption.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  GIVEN,
  OF_THE_KERNEL,
  READ_BACK,
  READ_BACK_ELSEWHERE,
} from '../kernel/guest/corruption/read-back.ts';
import { PROJECT } from './executable.ts';
import { readImports } from './imports.ts';

/** Everything that brings the content of a file, an attribute or a link into the program. */
const READING =
  /\.(?:readText|readWholeText|readAt|readInput|fileAttribute|readLink)\(|\b(?:readFileSync|readSync|readBounded|createReadStream|readlinkSync)\(|(?<!function )\breadBytes\(/;

function readers(): string[] {
  return [...readImports().keys()].filter(file =>
    READING.test(readFileSync(join(PROJECT, 'src', file), 'utf8')),
  );
}

t.test('every module that reads a file says what that is, and whether the program wrote it', test => {
  const told = [
    ...Object.values(READ_BACK).flat(),
    ...Object.keys(READ_BACK_ELSEWHERE),
    ...OF_THE_KERNEL,
    ...GIVEN,
  ];
  test.same(readers().sort(), [...new Set(told)].sort());
  test.end();
});

t.test('what is damaged in other tests is damaged there', test => {
  for (const [module, file] of Object.entries(READ_BACK_ELSEWHERE)) {
    test.ok(existsSync(join(PROJECT, file)), `${module}: ${file}`);
    test.match(readFileSync(join(PROJECT, file), 'utf8'), /cut short or damaged/);
  }
  test.end();
});
