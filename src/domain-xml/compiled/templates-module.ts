import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCompiler } from '../../jinja/index.ts';

export interface ModuleRequest {
  /** The folder of templates. */
  templates: string;
  /** The folder of the Jinja dialect's source. */
  jinja: string;
}

/** The module's text: each template with its source, by which the program knows that the installed file is the same. */
export async function shippedTemplatesModule({ templates, jinja }: ModuleRequest): Promise<string> {
  const { precompile } = await loadCompiler();
  const sources = new Map(
    filesIn(templates, '.xml').map(name => [name, readFileSync(join(templates, name), 'utf8')] as const),
  );
  return `${precompile(sources)}export const compilerId = ${JSON.stringify(hashOf(jinja))};\n`;
}

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of filesIn(folder, '.ts'))
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

function filesIn(folder: string, suffix: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter(name => name.endsWith(suffix)).sort();
}
