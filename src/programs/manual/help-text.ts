import { fill } from '../../words/fill.ts';
import { type CommandShape, EVERYWHERE, type OptionShape } from '../command-shape.ts';

/** Columns that every terminal has. */
const WIDTH = 80;
const INDENT = '    ';

/**
 * What --help says of a command.
 * @param manual the page that says more
 */
export function commandHelp(shape: CommandShape, manual: string): string {
  const options = Object.entries({ ...shape.options, ...EVERYWHERE });
  return [
    ...usageLines(shape.usage),
    ...shape.about.flatMap(paragraph => ['', ...fill(paragraph, WIDTH)]),
    '',
    ...options.flatMap(([name, option]) => optionLines(name, option)),
    '',
    `See ${manual}.`,
  ].join('\n');
}

/** What --help says of a program that has commands. */
export function programHelp(
  name: string,
  summary: string,
  commands: Readonly<Record<string, CommandShape>>,
  closing: readonly string[],
): string {
  const width = Math.max(...Object.keys(commands).map(command => command.length));
  return [
    ...fill(`${name} - ${summary}`, WIDTH),
    '',
    ...usageLines(`${name} COMMAND ...`),
    '',
    ...Object.entries(commands).map(([command, shape]) => `  ${command.padEnd(width)}  ${shape.summary}`),
    '',
    `  ${name} COMMAND --help says how each is called.`,
    ...closing.flatMap(paragraph => ['', ...fill(paragraph, WIDTH)]),
  ].join('\n');
}

function usageLines(usage: string): string[] {
  return fill(usage, WIDTH, '       ', 'usage: ');
}

function optionLines(name: string, option: OptionShape): string[] {
  return [`  ${optionHead(name, option)}`, ...fill(optionText(option), WIDTH, `  ${INDENT}`)];
}

/** An option as it is written: `-o, --output FILE`. */
export function optionHead(name: string, { alias, value }: OptionShape): string {
  const short = typeof alias === 'string' ? `-${alias}, ` : '';
  return `${short}--${name}${value === undefined ? '' : ` ${value}`}`;
}

/** What it does, and what holds without it. */
export function optionText(option: OptionShape): string {
  const { describe, choices, completes, default: value, defaultDescription } = option;
  const words = choices ?? (Array.isArray(completes) ? completes : undefined);
  const without = defaultDescription ?? (typeof value === 'string' ? value : undefined);
  return [
    describe,
    words === undefined ? '' : `: ${words.join(', ')}`,
    without === undefined ? '' : ` (default: ${without})`,
  ].join('');
}
