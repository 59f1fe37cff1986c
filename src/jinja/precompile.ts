import { compileToCode } from './compile/compile.ts';
import { Environment } from './environment.ts';

/**
 * The text of a JavaScript module with compiled templates, for the build: it exports `templates`, which is
 * what EnvironmentOptions.precompiled takes.
 * @throws TemplateSyntaxError and its kin
 */
export function precompile(sources: ReadonlyMap<string, string>): string {
  const environment = new Environment({ searchPath: [] });
  const entries = Array.from(sources, ([name, source]) => {
    const code = compileToCode(environment, { name, path: null, source });
    return `[${JSON.stringify(name)}, {
source: ${JSON.stringify(source)},
create: (runtime, template) => {
${code}},
}],
`;
  });
  return `// Made by the build from the templates; do not edit.\nexport const templates = new Map([\n${entries.join('')}]);\n`;
}
