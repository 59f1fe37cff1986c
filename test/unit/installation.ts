import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT } from './executable.ts';

/** What the line in AppArmor's files says. */
export const RULE = '/usr/lib/block-snapshot/block-snapshot PUx,';
export const MANIFEST = 'usr/lib/block-snapshot/manifest';

/** A clone with a program of a few bytes: how it is installed is looked at here, not what it does. */
export function smallClone(parent: string): string {
  const clone = join(parent, 'a clone');
  for (const folder of ['etc', 'hotplug', 'templates'])
    cpSync(join(PROJECT, folder), join(clone, folder), { recursive: true, verbatimSymlinks: true });
  for (const document of ['README.md', 'CHANGELOG.md', 'SECURITY.md', 'docs/list.md', 'docs/test-x.md'])
    write(clone, document, `${document}\n`);
  write(clone, 'dist/share/man/man8/block-snapshot.8', 'manual\n');
  write(clone, 'dist/block-snapshot', 'program\n');
  write(clone, 'dist/block-snapshot-tools', 'larger program\n');
  write(clone, 'dist/domain-xml', 'renderer\n');
  write(clone, 'dist/udev-complete', 'what udev starts\n');
  write(clone, 'dist/block-snapshot.node', 'addon\n');
  write(clone, 'dist/engine/LICENSE', 'licence\n');
  return clone;
}

type Action = 'install' | 'uninstall' | 'install-vm' | 'uninstall-vm';

export interface Outcome {
  status: number | null;
  /** Lines. */
  said: string[];
  complained: string[];
}

/**
 * Runs etc/install.sh of the clone below the folder that stands for the root.
 * @param modesBind root is bound by modes as others are
 */
export function run(
  clone: string,
  action: Action,
  machine: string,
  { environment = {}, modesBind = false }: { environment?: Record<string, string>; modesBind?: boolean } = {},
): Outcome {
  const bound =
    modesBind && process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];
  const { status, stdout, stderr, error } = spawnSync(
    'env',
    [...bound, 'bash', join(clone, 'etc/install.sh'), action],
    {
      encoding: 'utf8',
      timeout: 60_000,
      env: { PATH: process.env['PATH'], DESTDIR: machine, ...environment },
    },
  );
  if (error !== undefined) throw error;
  const lines = (text: string) => text.split('\n').filter(line => line !== '');
  return { status, said: lines(stdout), complained: lines(stderr) };
}

/** Like run, for what has to succeed. @returns what it said */
export function succeed(clone: string, action: Action, machine: string): string[] {
  const { status, said, complained } = run(clone, action, machine);
  if (status !== 0 || complained.length > 0)
    throw new Error(`${action} ended with ${status}: ${complained.join('\n')}`);
  return said;
}

/** Writes a file and the folders that it needs. */
export function write(folder: string, path: string, content: string, mode = 0o644): void {
  const place = join(folder, path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, content);
  chmodSync(place, mode);
}

/** Everything below a folder, the folders too: its mode with the type in it, and what is in it. */
export function tree(folder: string): Record<string, string> {
  const entries = readdirSync(folder).flatMap((name): [string, string][] => {
    const place = join(folder, name);
    const status = lstatSync(place);
    const mode = status.mode.toString(8);
    if (status.isDirectory()) {
      const below = Object.entries(tree(place)).map(([path, content]): [string, string] => [
        `${name}/${path}`,
        content,
      ]);
      return [[name, mode], ...below];
    }
    return [
      [
        name,
        `${mode} ${status.isSymbolicLink() ? `-> ${readlinkSync(place)}` : readFileSync(place, 'utf8')}`,
      ],
    ];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The files and links of an installation where nobody has anything. */
export function placesOf(clone: string, empty: string, kind: '' | '-vm' = ''): string[] {
  succeed(clone, `install${kind}`, empty);
  const places = Object.entries(tree(empty))
    .filter(([path, content]) => !content.startsWith('4') && !path.endsWith('/manifest'))
    .map(([path]) => path);
  succeed(clone, `uninstall${kind}`, empty);
  return places;
}
