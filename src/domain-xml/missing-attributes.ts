import { JinjaError } from '../jinja/index.ts';

/** Remembers what a template looked for in vain, to say which file lacks it when that ends the rendering. */
export class MissingAttributes {
  readonly #file: string;
  #last: string | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  readonly note = (attribute: string): void => {
    this.#last = attribute;
  };

  /** The words to add to the error; "" where it is about something else. */
  hint(error: unknown): string {
    if (!(error instanceof JinjaError) || error.pythonName !== 'UndefinedError' || this.#last === undefined)
      return '';
    return error.reason.endsWith(`has no attribute '${this.#last}'`)
      ? ` (${this.#file} has no "${this.#last}")`
      : '';
  }
}
