/**
 * Build step: compiles the project's own templates into the module shipped-templates.js beside this file, which the program
 * then holds. Called as `bun src/domain-xml/compiled/write-templates.ts`.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { shippedTemplatesModule } from './templates-module.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

writeFileSync(
  here('shipped-templates.js'),
  await shippedTemplatesModule({ templates: here('../../../templates'), jinja: here('../../jinja') }),
);
