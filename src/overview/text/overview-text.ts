import { shellWord } from '../../devices/kernel/in-the-way.ts';
import type { Colours } from '../../words/colours.ts';
import { columnLines } from '../../words/columns.ts';
import { oneLine } from '../../words/printable.ts';
import { sizeText } from '../../words/sizes.ts';
import { timeText } from '../../words/times.ts';
import { widthFunction } from '../../words/width.ts';
import { halfReverted, lostStores, unusedNodes } from '../conclusions.ts';
import type { Clone, FilesystemRoom, Image, Overview, Template, User } from '../overview.ts';
import type { ColumnName } from './column-names.ts';
import { imageText, userText } from './names.ts';
import { rowsOf } from './rows.ts';
import { tableLines } from './table.ts';

/** What is said where there is nothing to show. */
const NOTHING = 'No template is in use: device-mapper has no device of block-snapshot.';

/**
 * The overview for people.
 * @param width of the terminal, in columns; undefined where there is no limit
 * @param chosen the columns that are wanted; undefined is all that there is room for
 */
export async function overviewText(
  overview: Overview,
  colours: Colours,
  width: number | undefined,
  chosen?: readonly ColumnName[],
): Promise<string> {
  const rows = overview.templates.flatMap(rowsOf);
  const widthOf = await widthFunction(rows.flatMap(({ name, users }) => [name, users]));
  const nothing = overview.clones.length === 0 ? [NOTHING] : [];
  const lines = rows.length === 0 ? nothing : tableLines(rows, { colours, width, widthOf, chosen });
  return [...lines, ...sections(overview, colours), ''].join('\n');
}

/** What nobody uses, ready to be copied into the command that takes it down. */
function sections(overview: Overview, colours: Colours): string[] {
  const unused = unusedNodes(overview).map(({ type, node }) => `block-snapshot cleanup ${type} ${node}`);
  const loops = overview.loops
    .filter(loop => loop.unused)
    .map(({ node, file }) => `${node}  ${imageText(file)}`);
  const records = overview.staleRecords.map(
    ({ record, user, device }) => `${oneLine(record)}  ${userText(user)}  ${device}`,
  );
  const lost = lostStores(overview);
  return [
    ...section(
      'Overflowed: the old blocks are lost, and with them the disks of who is named; stop those VMs:',
      lost.map(({ layer, template, users }) => lostLine(layer.cow, template.base, users)),
      colours,
    ),
    ...section(
      'This ends a run that overflowed and cannot be undone any more, so that VMs can start:',
      lost
        .flatMap(({ toCommit }) => toCommit ?? [])
        .map(image => `block-snapshot commit ${shellWord(image)}`),
      colours,
    ),
    ...section(
      'What can still be written does not fit on these filesystems; a disk whose blocks find no room is lost:',
      overview.filesystems.filter(({ fits }) => !fits).map(filesystemLine),
      colours,
    ),
    ...section('Disks that are clones of files:', cloneLines(overview.clones), colours),
    ...section('Nobody uses these; this takes them down, with what only they need:', unused, colours),
    ...section(
      'A revert is half-way; this finishes it, and where it cannot be finished --abandon in place of --yes gives it up:',
      halfReverted(overview).map(image => `block-snapshot revert --yes ${shellWord(image)}`),
      colours,
    ),
    ...section(
      'Derived from another template, and independent of it:',
      overview.templates.flatMap(derivedLine),
      colours,
    ),
    ...section('Loop devices that carry nothing:', loops, colours),
    ...section('Records in /run/xen-hotplug of devices that are gone:', records, colours),
  ];
}

function derivedLine({ base, derived }: Template): string[] {
  if (derived === undefined) return [];
  return [`${imageText(base)}  from ${oneLine(derived.from)}, ${timeText(derived.made)}`];
}

/** The loop device, what is written, of which template, whether that has gone on, and who has it. */
function cloneLines(clones: readonly Clone[]): string[] {
  return columnLines(
    clones.map(({ node, file, type, source, outdated, users, unused }) => [
      node,
      imageText(file),
      source === undefined ? '' : `of ${oneLine(source)}`,
      type === 'reflink-origin' ? 'running' : outdated === undefined ? '' : outdated ? 'outdated' : 'current',
      unused ? 'nobody' : users.map(userText).join(', '),
    ]),
  );
}

function lostLine(cow: Image, base: Image, users: readonly User[]): string {
  const names = users.map(userText).join(', ') || 'nobody';
  return `${imageText(cow)} of ${imageText(base)}  ${names}`;
}

function filesystemLine({ point, available, unwritten }: FilesystemRoom): string {
  return `${oneLine(point)}  ${sizeText(available)} left, ${sizeText(unwritten)} can still be written`;
}

function section(title: string, lines: readonly string[], colours: Colours): string[] {
  return lines.length === 0 ? [] : ['', colours.bold(title), ...lines.map(line => `  ${line}`)];
}
