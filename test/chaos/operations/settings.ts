// The configuration is changed, from one command to the next.
import { writeFileSync } from 'node:fs';
import type { Host, Settings } from '../model/host.ts';
import { deed, type Plan } from './plan.ts';

const FILE = '/etc/block-snapshot.conf';

/** The lines of the file. */
export function linesOf({ revisions, commitOnStop, chunk }: Settings): string[] {
  return [`REVISIONS=${revisions}`, `COMMIT_ON_STOP=${commitOnStop ? 'yes' : 'no'}`, `CHUNK_SIZE=${chunk}`];
}

export function writeSettings(settings: Settings): void {
  writeFileSync(FILE, `${linesOf(settings).join('\n')}\n`, { mode: 0o644 });
}

export function configure(_host: Host, settings: Settings): Plan {
  return {
    before: [deed(`printf '%s\\n' ${linesOf(settings).join(' ')} >${FILE}`, () => writeSettings(settings))],
    settle: after => {
      after.settings = { ...settings };
    },
  };
}
