import {
  Environment,
  JinjaError,
  type Precompiled,
  pythonPercent,
  raise,
  str,
  Tuple,
  variadicHostFunction,
} from '../jinja/index.ts';
import { Refusal } from '../words/refusal.ts';
import type { TemplateFile, TemplateFolders } from './search/folders.ts';

/** How long a template may take: a loop without end must not hang what waits for the XML. */
const TIME_LIMIT_MILLISECONDS = 10_000;

export interface EnvironmentRequest {
  folders: TemplateFolders;
  /** What is rendered in the place of a template's text; the text itself where this is left out. */
  replace?: (file: TemplateFile) => string;
  /** Templates that need not be compiled any more. */
  precompiled?: Precompiled;
}

/** Jinja as Qubes sets it up: StrictUndefined, autoescape, and `bug(message, *args)`, which raises. */
export function templateEnvironment({
  folders,
  replace,
  precompiled = new Map(),
}: EnvironmentRequest): Environment {
  return new Environment({
    searchPath: folders.paths,
    globals: { bug },
    autoescape: true,
    timeLimitMilliseconds: TIME_LIMIT_MILLISECONDS,
    precompiled,
    readTemplate: path => {
      const file = folders.readPath(path);
      if (file === undefined) throw Object.assign(new Error(`${path}: no such template`), { code: 'ENOENT' });
      return replace === undefined ? file.source : replace(file);
    },
  });
}

const bug = variadicHostFunction('bug', ['message'], (message, ...args) =>
  raise('AssertionError', pythonPercent(str(message ?? ''), new Tuple(args))),
);

/** A template's error in one line: where, what, and the source there. Anything else as it is. */
export function describeJinjaError(error: unknown, hint = '', file?: string): unknown {
  if (!(error instanceof JinjaError)) return error;
  const { path, template, line, pythonName, reason, sourceLine } = error;
  const place = `${path ?? file ?? template ?? 'template'}${line === null ? '' : `, line ${line}`}`;
  const source = sourceLine?.trim() ? ` in: ${sourceLine.trim()}` : '';
  return new Refusal(`${place}: ${pythonName}: ${reason}${hint}${source}`);
}
