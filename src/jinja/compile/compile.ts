import type { CompileOptions } from '../compiled.ts';
import { JinjaError } from '../errors.ts';
import { withTimeLimit } from '../runtime/budget.ts';
import type { RenderEnvironment } from '../runtime/context.ts';
import { located } from '../runtime/operations.ts';
import { JinjaParser } from '../syntax/statement-parser.ts';
import { TemplateCompiler } from './template-compiler.ts';

const TIME_LIMIT = 10_000;

/**
 * A template's code: the body of a function with the parameters `runtime` and `template`.
 * @throws TemplateSyntaxError and its kin, with the line
 */
export function compileToCode(environment: RenderEnvironment, options: CompileOptions): string {
  const { name, path, source } = options;
  const writer = new TemplateCompiler(environment, name);
  try {
    return withTimeLimit(TIME_LIMIT, () => writer.compileTemplate(new JinjaParser(source).parseAsRoot()));
  } catch (error) {
    const locate = (own: JinjaError, line: number): void => {
      const sourceLine = source.split(/\r\n|\r|\n/)[line - 1] ?? null;
      own.locate({ template: name, path, line, sourceLine });
    };
    throw located(error, { locate }, lineOf(error) ?? writer.currentLine);
  }
}

function lineOf(error: unknown): number | null {
  if (!(error instanceof JinjaError) || !('lineno' in error)) return null;
  return typeof error.lineno === 'number' ? error.lineno : null;
}
