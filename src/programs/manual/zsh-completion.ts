import { type Candidates, type CommandShape, EVERYWHERE, type OptionShape } from '../command-shape.ts';
import type { CompletedProgram } from './bash-completion.ts';
import { optionText } from './help-text.ts';

/** What zsh does in a place, as _arguments wants it. */
const ACTIONS: Readonly<Record<Extract<Candidates, string>, string>> = {
  file: '_files',
  folder: '_files -/',
  images: '_block_snapshot_images',
  node: '_block_snapshot_nodes',
  revision: '_block_snapshot_revisions',
  template: '_block_snapshot_templates',
  vm: '_block_snapshot_vms',
};

/**
 * The script that completes these programs in zsh.
 * @param functions etc/completion/functions.zsh
 */
export function zshCompletion(programs: readonly CompletedProgram[], functions: string): string {
  return [
    `#compdef ${programs.map(({ name }) => name).join(' ')}`,
    functions,
    ...programs.flatMap(({ name, commands }) => [
      `${functionOf(name)}() {`,
      ...(commands[''] === undefined
        ? severalLines(commands)
        : argumentLines(commands['']).map(line => `  ${line}`)),
      '}',
    ]),
    'case $service in',
    ...programs.map(({ name }) => `${name}) ${functionOf(name)} "$@" ;;`),
    'esac',
    '',
  ].join('\n');
}

function functionOf(name: string): string {
  return `_${name.replaceAll('-', '_')}_program`;
}

function severalLines(commands: Readonly<Record<string, CommandShape>>): string[] {
  return [
    '  local curcontext=$curcontext state line',
    '  local -a commands',
    '  commands=(',
    ...Object.entries(commands).map(
      ([name, { summary }]) => `    ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}`,
    ),
    '  )',
    `  _arguments -C '(- *)'{-h,--help}'[Show this, and do nothing else]' '(- *)--version[Show the version]' \\`,
    `    '1:command:->command' '*::argument:->arguments'`,
    '  case $state in',
    '  command) _describe -t commands command commands ;;',
    '  arguments)',
    '    case $words[1] in',
    ...Object.entries(commands).flatMap(([name, shape]) => [
      `    ${name})`,
      ...argumentLines(shape).map(line => `      ${line}`),
      '      ;;',
    ]),
    '    esac',
    '    ;;',
    '  esac',
  ];
}

function argumentLines({ options, operands }: CommandShape): string[] {
  const specifications = [
    ...Object.entries({ ...options, ...EVERYWHERE }).flatMap(([name, option]) =>
      optionSpecifications(name, option),
    ),
    ...operands.map(({ name, completes, optional, repeated }, index) => {
      const place = repeated === true ? '*' : String(index + 1);
      return quoted(
        `${place}:${optional === true ? ':' : ''}${name.replaceAll(':', '\\:')}:${actionOf(completes)}`,
      );
    }),
  ];
  return [
    '_arguments \\',
    ...specifications.map((text, index) => `  ${text}${index < specifications.length - 1 ? ' \\' : ''}`),
  ];
}

function optionSpecifications(name: string, option: OptionShape): string[] {
  const { alias, value, completes, choices } = option;
  const text = optionText(option).replace(/[[\]:\\]/g, character => `\\${character}`);
  const words = completes ?? (choices as readonly string[] | undefined);
  const argument = value === undefined ? '' : `:${value}:${actionOf(words)}`;
  const both = [`--${name}`, ...(typeof alias === 'string' ? [`-${alias}`] : [])];
  const others = name === 'templates' ? '*' : both.length > 1 ? `(${both.join(' ')})` : '';
  // A long option takes its value behind "=" or as the next word.
  return both.map(written =>
    quoted(
      `${others}${written}${value !== undefined && written.startsWith('--') ? '=' : ''}[${text}]${argument}`,
    ),
  );
}

function actionOf(completes: Candidates | undefined): string {
  if (completes === undefined) return ' ';
  return typeof completes === 'string' ? ACTIONS[completes] : `(${completes.join(' ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
