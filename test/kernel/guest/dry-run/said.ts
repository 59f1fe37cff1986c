// What a dry run says, and what is there.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { MEBIBYTE, type Template, writeRandomAt } from '../images.ts';
import { blockSnapshot, must, mustCleanup, mustPrepare, run } from '../programs.ts';

/** Everything that a command could change: devices, loop devices, files with their names, times, attributes and bytes. */
function world({ folder }: Template): string[] {
  const files = readdirSync(folder).map(name => {
    const path = `${folder}/${name}`;
    const { ino, size, blocks, mtimeNs, mode } = statSync(path, { bigint: true });
    const bytes = createHash('sha256').update(readFileSync(path)).digest('hex');
    return [path, ino, size, blocks, mtimeNs, mode, bytes].join(' ');
  });
  return [
    ...must('dmsetup', 'table').split('\n').sort(),
    ...must('losetup', '-l', '-n', '-O', 'NAME,BACK-FILE,AUTOCLEAR').split('\n').sort(),
    ...files.sort(),
    run('getfattr', ['-R', '-d', '-m', '-', folder]).stdout,
  ];
}

/** What a dry run says, having changed nothing. */
export function said(template: Template, ...parameters: string[]): string[] {
  const before = world(template);
  const { status, stdout, stderr } = blockSnapshot(...parameters, '--dry-run');
  if (status !== 0) throw new Error(`${parameters.join(' ')} --dry-run: ${status}: ${stderr}`);
  const after = world(template);
  const changed = after.filter(line => !before.includes(line));
  if (changed.length > 0 || after.length !== before.length) throw new Error(`changed: ${changed.join('; ')}`);
  return stdout.trimEnd().split('\n');
}

/** The tables that were said, with the numbers of the devices that are there now in place of what they are made of. */
export function tablesIn(lines: readonly string[]): string[] {
  const numbers = new Map<string, string>();
  for (const line of must('losetup', '-l', '-n', '-O', 'BACK-FILE,MAJ:MIN').split('\n')) {
    const [path = '', number = ''] = line.trim().split(/\s+/);
    numbers.set(path, number);
  }
  for (const line of must('dmsetup', 'ls').split('\n')) {
    const [name = '', number = ''] = line.split(/\s+/);
    numbers.set(name, number.replace(/[()]/g, ''));
  }
  return lines
    .flatMap(line => /^device: make (\S+: .*)$/.exec(line)?.[1] ?? [])
    .map(table => table.replace(/\[([^\]]+)\]/g, (_, what: string) => numbers.get(what) ?? what))
    .sort();
}

export const tables = () =>
  must('dmsetup', 'table')
    .split('\n')
    .map(line => line.trim())
    .sort();

/** A run of the template, which writes. */
export function runOnce({ root, rootCow }: Template): void {
  const origin = mustPrepare('origin', root, rootCow);
  writeRandomAt(origin, 0, MEBIBYTE);
  mustCleanup('origin', origin);
}
