// The small program's own way to device-mapper, held against libdevmapper: every function, and every error, on the same kernel.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DeviceSurroundings, deviceCalls } from '../../engine/device-calls.ts';
import type { Outcome } from '../../engine/outcome.ts';
import { check } from './checks.ts';
import { MEBIBYTE, makeImage } from './images.ts';
import { planMessage } from './kernel-log.ts';
import { DIST, must } from './programs.ts';

type Answers = Record<string, Outcome>;

const LONG = 'a-long-table';

planMessage('^device-mapper: (table: |ioctl: )');
planMessage('^Buffer I/O error on dev dm-[0-9]+, logical block [0-9]+, async page read');

/** In JSON: the engine's come so. */
const onNode = (surroundings: DeviceSurroundings) =>
  JSON.parse(JSON.stringify(Object.fromEntries(deviceCalls(surroundings)))) as Answers;

const onEngine = (surroundings: DeviceSurroundings) =>
  JSON.parse(must(join(DIST, 'engine/probe'), 'devices', JSON.stringify(surroundings))) as Answers;

check(
  'devices answer the small program as they answer libdevmapper, each call and each error',
  (test, template) => {
    const loop = must('losetup', '-f', '--show', makeImage(join(template.folder, 'disk.img'), MEBIBYTE));
    const folder = mkdtempSync('/dev/shm/same-answers-');
    const disk = join(folder, 'back\\slash');
    symlinkSync(loop, disk);
    const table = join(folder, 'table');
    writeFileSync(
      table,
      Array.from(
        { length: 400 },
        (_, number) => `${number} 1 error
`,
      ).join(''),
    );
    must('dmsetup', 'create', LONG, table);
    // What may be read is said by mode, not by the mask of whoever asks.
    const mask = process.umask(0o077);
    try {
      const expected = onNode({ disk, long: LONG });
      const answers = onEngine({ disk, long: LONG });
      test.same(Object.keys(answers), Object.keys(expected));
      for (const [name, answer] of Object.entries(expected)) test.same(answers[name], answer, name);
    } finally {
      process.umask(mask);
      must('dmsetup', 'remove', LONG);
      must('losetup', '-d', loop);
      rmSync(folder, { recursive: true });
    }
  },
);
