// A line can be a whole file.
const SHOWN_SOURCE = 200;

/**
 * The one error of the Jinja dialect. `pythonName` is what Python would call it (UndefinedError, TypeError, ...),
 * `template`, `path`, `line` and `sourceLine` say where in which template it came from, as far as that is known.
 */
export class JinjaError extends Error {
  readonly pythonName: string;
  /** The message alone, without the place. */
  readonly reason: string;
  template: string | null = null;
  path: string | null = null;
  line: number | null = null;
  sourceLine: string | null = null;

  constructor(pythonName: string, reason: string) {
    super(`${pythonName}: ${reason}`);
    this.name = 'JinjaError';
    this.pythonName = pythonName;
    this.reason = reason;
  }

  /** Adds the place once: the innermost template wins. */
  locate(place: ErrorPlace): void {
    if (this.line !== null) return;
    this.template = place.template;
    this.path = place.path;
    this.line = place.line;
    this.sourceLine = place.sourceLine;
    const where = place.path ?? place.template;
    const source = place.sourceLine?.trim().slice(0, SHOWN_SOURCE);
    this.message = `${where === null ? '' : `${where}, `}line ${place.line}: ${this.pythonName}: ${this.reason}${source ? `\n  ${source}` : ''}`;
  }
}

export interface ErrorPlace {
  template: string | null;
  path: string | null;
  line: number;
  sourceLine: string | null;
}

/** @throws what Python would raise under `pythonName` */
export function raise(pythonName: string, reason: string): never {
  throw new JinjaError(pythonName, reason);
}

/** Raised while constants are folded: the node is left for the rendering. */
class NotConstant extends Error {}

/** The one NotConstant: it is raised so often that a stack for each would take most of the compiler's time. */
export const NOT_CONSTANT: Error = new NotConstant('not a constant');

/** The classes of Python's that a `{% include … ignore missing %}` forgives. */
export function isTemplateNotFound(error: unknown): error is JinjaError {
  return (
    error instanceof JinjaError &&
    (error.pythonName === 'TemplateNotFound' || error.pythonName === 'TemplatesNotFound')
  );
}

/** LookupError and its children: what `environment.getitem` and `getattr` forgive along with TypeError. */
export function isLookupFailure(error: unknown): boolean {
  return error instanceof JinjaError && LOOKUP_FAILURES.has(error.pythonName);
}

const LOOKUP_FAILURES = new Set(['TypeError', 'AttributeError', 'LookupError', 'KeyError', 'IndexError']);
