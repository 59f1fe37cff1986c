// Part of the build: one script for the engine of calls.ts: bun test/memory/bundle.mjs FILE
import { join } from 'node:path';

const SURROUNDINGS = join(import.meta.dir, 'engine-surroundings.ts');

const { success, logs, outputs } = await Bun.build({
  entrypoints: [join(import.meta.dir, 'engine-calls.ts')],
  target: 'browser',
  plugins: [
    {
      name: 'surroundings',
      setup(build) {
        build.onResolve({ filter: /^node:|\/executable\.ts$/ }, () => ({ path: SURROUNDINGS }));
      },
    },
  ],
});
if (!success) {
  console.error(logs.join('\n'));
  process.exit(1);
}
await Bun.write(process.argv[2], outputs[0]);
