import Loader from 'nunjucks/src/loader.js';
import type { Environment } from './environment.ts';
import { isTemplateNotFound } from './errors.ts';

type Callback = (error: unknown, result?: string) => void;

/** What nunjucks' templates are given: their variables. */
interface NunjucksContext {
  getVariables(): Record<string, unknown>;
}

/** A template in the form in which nunjucks takes compiled code from a loader. */
export interface LoadedTemplate {
  src: {
    type: 'code';
    obj: {
      root: (
        env: object,
        context: NunjucksContext,
        frame: object,
        runtime: object,
        callback: Callback,
      ) => void;
    };
  };
  path: string;
  noCache: boolean;
}

/**
 * Hands the dialect's compiled templates over to an environment of nunjucks, so that a program built on nunjucks
 * renders them as Jinja2 does: `new nunjucks.Environment(new JinjaLoader(environment))`.
 */
export class JinjaLoader extends Loader {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    super();
    this.#environment = environment;
  }

  getSource(name: string): LoadedTemplate | undefined {
    try {
      const template = this.#environment.getTemplate(name);
      const root = (
        _env: object,
        context: NunjucksContext,
        _frame: object,
        _runtime: object,
        callback: Callback,
      ) => {
        let result: string;
        try {
          result = template.render(context.getVariables());
        } catch (error) {
          callback(error);
          return;
        }
        callback(null, result);
      };
      return { src: { type: 'code', obj: { root } }, path: template.path ?? name, noCache: false };
    } catch (error) {
      if (isTemplateNotFound(error)) return undefined;
      throw error;
    }
  }
}
