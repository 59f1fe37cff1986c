import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { MANIFEST, placesOf, run, smallClone, succeed, tree, write } from './installation.ts';

const folder = t.testdir({ nothing: {} });
const clone = smallClone(folder);
const PLACES = placesOf(clone, join(folder, 'nothing'));
/** What changes something, and is a program of its own. */
const TOOLS = ['mv', 'ln', 'rm', 'rmdir', 'install'];
/** From call to call; INSTALL_KILLS=all: at each. */
const STEP = process.env['INSTALL_KILLS'] === 'all' ? 1 : 13;

/** Runs it with tools of which the Nth call kills it instead. @returns whether there were that many */
function killedAt(action: 'install' | 'uninstall', call: number, machine: string, tools: string): boolean {
  writeFileSync(join(tools, 'calls'), '0\n');
  const { status } = run(clone, action, machine, {
    environment: { PATH: `${tools}:${process.env['PATH']}`, CALL: `${call}` },
  });
  return status !== 0;
}

function copy(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

const OWNERS = {
  nobody: 'nobody had anything there',
  others: 'others had something there',
  'the same': 'others had the same as we there',
};

for (const [owner, words] of Object.entries(OWNERS))
  for (const action of ['install', 'uninstall'] as const)
    t.test(`wherever ${action} is killed, all is as it was in the end, where ${words}`, async t => {
      // What a kill before there is a manifest, or after it has gone, may leave is an empty folder of our name.
      const folder = t.testdir({ machine: { usr: { lib: { 'block-snapshot': {} } } }, tools: {} });
      const tools = join(folder, 'tools');
      const machine = join(folder, 'machine');
      for (const tool of TOOLS)
        write(
          tools,
          tool,
          `#!/bin/sh\nread -r calls <'${tools}/calls'\ncalls=$((calls + 1))\necho "$calls" >'${tools}/calls'\n` +
            '[ "$calls" -lt "$CALL" ] || { kill -9 $PPID; exit 1; }\n' +
            `PATH='${process.env['PATH']}' exec ${tool} "$@"\n`,
          0o755,
        );
      for (const path of PLACES) if (owner === 'others') write(machine, path, `of others: ${path}\n`);
      if (owner === 'the same') {
        succeed(clone, 'install', machine);
        rmSync(join(machine, MANIFEST));
      }
      const before = tree(machine);
      const installed = join(folder, 'installed');
      if (action === 'uninstall') {
        copy(machine, installed);
        succeed(clone, 'install', installed);
      }
      let call = 1;
      for (let killed = true; killed; call += STEP) {
        if (action === 'uninstall') copy(installed, machine);
        killed = killedAt(action, call, machine, tools);
        succeed(clone, 'uninstall', machine);
        const after = tree(machine);
        if (JSON.stringify(after) === JSON.stringify(before)) continue;
        t.same(after, before, `killed at call ${call}`);
        break;
      }
      t.ok(call > 20, `${call} places to be killed at`);
    });
