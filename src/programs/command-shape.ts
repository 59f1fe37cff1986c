import type { Options } from 'yargs';

/** What completion offers in one place: something that is looked up at that moment, or these words. */
export type Candidates =
  | 'file'
  | 'folder'
  | 'images'
  | 'node'
  | 'revision'
  | 'template'
  | 'vm'
  | readonly string[];

/** An option, as yargs reads it and as manuals and completion show it. */
export interface OptionShape extends Options {
  describe: string;
  /** What people call its value; undefined where it takes none. */
  value?: string;
  completes?: Candidates;
}

/** An argument that is no option. */
export interface OperandShape {
  /** As people call it. */
  name: string;
  completes?: Candidates;
  optional?: boolean;
  /** Whether more of the same may follow. */
  repeated?: boolean;
}

export type OptionShapes = Readonly<Record<string, OptionShape>>;

/** A command: its help text, its manual page, its completion and what reads its arguments come from this alone. */
export interface CommandShape<Wanted extends OptionShapes = OptionShapes> {
  /** One line, which comes with every error as well. */
  usage: string;
  /** What it does, in one line of the list of commands. */
  summary: string;
  /** The same in full, a paragraph each. */
  about: readonly string[];
  options: Wanted;
  operands: readonly OperandShape[];
}

/** The options that are read before any command: every command has them. */
export const EVERYWHERE: OptionShapes = {
  verbose: {
    type: 'boolean',
    alias: 'v',
    describe: 'Show each step on standard error, with its milliseconds',
  },
  help: { type: 'boolean', alias: 'h', describe: 'Show this, and do nothing else' },
};
