import '../../src/jinja/compiler.ts';
import { Environment } from '../../src/jinja/index.ts';

const FOLDER = '/templates';

/** An environment whose templates are given by name, as in Jinja2's DictLoader. */
export function dictionaryEnvironment(
  files: Record<string, string>,
  timeLimitMilliseconds = 5000,
): Environment {
  const byPath = new Map(Object.entries(files).map(([name, source]) => [`${FOLDER}/${name}`, source]));
  return new Environment({
    searchPath: [FOLDER],
    timeLimitMilliseconds,
    readTemplate: path => {
      const source = byPath.get(path);
      if (source !== undefined) return source;
      throw Object.assign(new Error(`no template at ${path}`), { code: 'ENOENT' });
    },
  });
}
