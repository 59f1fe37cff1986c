import { shellWord } from '../devices/kernel/in-the-way.ts';
import type { Colours } from '../words/colours.ts';
import { oneLine } from '../words/printable.ts';
import type { Examination } from './examine.ts';
import type { Command, Finding } from './finding.ts';
import type { HostFacts } from './host-facts.ts';
import { meaningOf } from './kinds.ts';
import type { Veil } from './veil.ts';

/** A command as a person types it. */
export function commandText(command: Command, veil: Veil): string {
  return command
    .map(part => (typeof part === 'string' ? shellWord(part) : hidden(veil.word(part))))
    .join(' ');
}

/** What stands for a private word is shown as it is: nobody is going to run it. */
function hidden(word: string): string {
  return /^\[[A-Za-z]+ \d+\]$/.test(word) ? word : shellWord(word);
}

/** The lines of all findings, each with what it means and what mends it; then what could not be looked at. */
export function examinationLines({ findings, unseen }: Examination, veil: Veil, colours: Colours): string[] {
  return [
    ...findings.flatMap(finding => findingLines(finding, veil, colours)),
    ...unseen.map(reason => `${colours.yellow('not seen')}: ${veil.text(reason)}`),
  ];
}

function findingLines({ kind, found, mend }: Finding, veil: Veil, colours: Colours): string[] {
  const { means, mended } = meaningOf(kind);
  return [
    `${colours.red(kind)}: ${veil.text(found)}`,
    `    ${means}`,
    `    ${mended}${mend.length > 0 ? ':' : ''}`,
    ...mend.map(command => `        ${colours.bold(commandText(command, veil))}`),
  ];
}

/** What a report begins with. */
export function factLines(facts: HostFacts): string[] {
  return Object.entries(facts).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : `${name}: ${oneLine(value)}`,
  );
}
