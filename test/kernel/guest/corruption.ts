// Everything that the program reads back, cut at every length, with random bytes, with what is another's, and with a named pipe
// in its place: it is done without, or refused in a line that names it. corruption.js [SEED] repeats a run.
import { readFileSync, rmSync } from 'node:fs';
import t from 'tap';
import { Random } from '../../jinja/generator/random.ts';
import { checkLasting } from './checks.ts';
import { damagesOf } from './corruption/damage.ts';
import { READ_BACK, type ReadBack } from './corruption/read-back.ts';
import { RECORDS } from './corruption/records.ts';
import { putPipe, type Scene, Tried } from './corruption/scene.ts';
import { STORES } from './corruption/stores.ts';
import { MEBIBYTE, makeTemplate, removeTemplate, type Template } from './images.ts';

const seed = Number(process.argv[2] ?? Date.now() % 1_000_000);
t.comment(`corruption.js ${seed} repeats this run`);

const SCENES: Readonly<Record<ReadBack, (template: Template, other: Template) => Scene>> = {
  ...RECORDS,
  ...STORES,
};

/** Mebibytes of memory that this process has ever had. */
function most(): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
}

for (const [index, name] of (Object.keys(READ_BACK) as ReadBack[]).entries())
  checkLasting(`${name}, damaged, is done without, or named in a line`, async test => {
    const [template, other] = [makeTemplate(MEBIBYTE), makeTemplate(MEBIBYTE)];
    try {
      const scene = SCENES[name](template, other);
      const damages = damagesOf(scene.whole, scene.others, new Random(seed + index));
      test.ok(scene.whole.length > 0 && damages.length > 20, `${damages.length} damages`);
      const before = most();
      for (const damage of damages) {
        const content = damage.content.subarray(0, 100).toString('latin1');
        const tried = new Tried(
          test,
          scene.named,
          `${damage.kind} (${damage.content.length} bytes: ${content})`,
        );
        scene.put(damage.content);
        await scene.use(tried, damage);
      }
      if (scene.path !== undefined) {
        putPipe(scene.path);
        await scene.use(new Tried(test, scene.named, 'a named pipe'), 'a named pipe');
        rmSync(scene.path, { force: true });
      }
      test.ok(most() - before < 256, 'no damage makes it take much memory');
      scene.put(scene.whole);
      await scene.end();
    } finally {
      for (const one of [template, other]) removeTemplate(one);
    }
  });
