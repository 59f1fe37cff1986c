import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { must } from '../programs.ts';

const FOLDER = join(process.env['lab_kernel'] ?? '', 'modules', release());

/** Path of each module, with those that it needs, itself last. */
const NEEDED = new Map(
  readFileSync(join(FOLDER, 'modules.dep'), 'utf8')
    .split('\n')
    .filter(line => line.includes(':'))
    .map(line => {
      const [path = '', needed = ''] = line.split(':');
      const name = /([^/]+)\.ko$/.exec(path)?.[1] ?? path;
      return [name, [...needed.trim().split(' ').reverse(), path].filter(one => one !== '')] as const;
    }),
);

/** Loads modules of the lab's kernel; what this kernel has built in is there already. */
export function loadModules(...names: string[]): void {
  for (const path of names.flatMap(name => NEEDED.get(name) ?? []))
    if (!isLoaded(path)) must('insmod', join(FOLDER, path));
}

function isLoaded(path: string): boolean {
  const name = (/([^/]+)\.ko$/.exec(path)?.[1] ?? '').replaceAll('-', '_');
  return readFileSync('/proc/modules', 'utf8')
    .split('\n')
    .some(line => line.startsWith(`${name} `));
}
