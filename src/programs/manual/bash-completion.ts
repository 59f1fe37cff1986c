import type { CommandShape } from '../command-shape.ts';
import { type Candidates, EVERYWHERE } from '../command-shape.ts';

/** What bash runs in a place: functions of etc/completion/functions.bash. */
const OFFERS: Readonly<Record<Extract<Candidates, string>, string>> = {
  file: '_block_snapshot_files',
  folder: '_block_snapshot_files -d',
  images: '_block_snapshot_images',
  node: '_block_snapshot_nodes',
  revision: '_block_snapshot_ask revisions',
  template: '_block_snapshot_ask templates; _block_snapshot_files',
  vm: '_block_snapshot_ask vms',
};

/** A program as completion knows it: one that is a command itself has one without a name. */
export interface CompletedProgram {
  name: string;
  commands: Readonly<Record<string, CommandShape>>;
}

/**
 * The script that completes these programs in bash.
 * @param functions etc/completion/functions.bash
 */
export function bashCompletion(programs: readonly CompletedProgram[], functions: string): string {
  const names = programs.map(({ name }) => name).join(', ');
  return [`# Completion of ${names} for bash.`, functions, ...programs.flatMap(programLines), ''].join('\n');
}

function programLines({ name, commands }: CompletedProgram): string[] {
  const own = commands[''];
  const entry = `_${name.replaceAll('-', '_')}`;
  return [
    `${entry}_places() {`,
    ...(own === undefined ? severalLines(commands) : commandLines(own, 1)).map(line => `  ${line}`),
    '}',
    `${entry}() { _block_snapshot_complete ${entry}_places; }`,
    `complete -F ${entry} ${name}`,
  ];
}

function severalLines(commands: Readonly<Record<string, CommandShape>>): string[] {
  const names = [...Object.keys(commands), '--help', '--version'].join(' ');
  return [
    'case $cur in "$command")',
    `  _block_snapshot_choice ${names}`,
    '  return ;;',
    'esac',
    'case $command in',
    ...Object.entries(commands).flatMap(([command, shape]) => [
      `${command})`,
      ...commandLines(shape, 2).map(line => `  ${line}`),
      '  ;;',
    ]),
    'esac',
  ];
}

/** @param first the place of the first word that belongs to the command itself */
function commandLines({ options, operands }: CommandShape, first: number): string[] {
  const all = Object.entries({ ...options, ...EVERYWHERE }).map(([name, option]) => ({
    ...option,
    written: [`--${name}`, ...(typeof option.alias === 'string' ? [`-${option.alias}`] : [])],
  }));
  const valued = all.filter(({ value }) => value !== undefined);
  const written = (some: typeof all, between: string) => some.flatMap(option => option.written).join(between);
  return [
    `_block_snapshot_operands ${[first, ...valued.flatMap(option => option.written)].join(' ')}`,
    'case $previous in',
    ...valued.map(
      ({ written: names, completes, choices }) =>
        `${names.join(' | ')}) ${offerOf(completes ?? (choices as readonly string[] | undefined))}; return ;;`,
    ),
    'esac',
    `case $cur in -*) _block_snapshot_choice ${written(all, ' ')}; return ;; esac`,
    'case $count in',
    ...operands.map(
      ({ completes, repeated }, index) => `${repeated === true ? '*' : index}) ${offerOf(completes)} ;;`,
    ),
    'esac',
  ];
}

function offerOf(completes: Candidates | undefined): string {
  if (completes === undefined) return ':';
  return typeof completes === 'string' ? OFFERS[completes] : `_block_snapshot_choice ${completes.join(' ')}`;
}
