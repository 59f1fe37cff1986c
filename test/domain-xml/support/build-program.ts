import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './project.ts';

const BUN = join(PROJECT, 'node_modules/@oven/bun-linux-x64-baseline/bin/bun');
const OPTIONS = ['--compile', '--minify', '--bytecode', '--splitting', '--format=esm'];
const NO_AUTOLOAD = ['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'];

/** Builds a program that is domain-xml alone into the folder, as the real one is built; gives its path. */
export function buildProgram(folder: string): string {
  if (!existsSync(BUN)) throw new Error(`${BUN} is missing: run npm ci`);
  const main = join(folder, 'main.ts');
  const program = join(folder, 'domain-xml');
  writeFileSync(
    main,
    `const { runDomainXml } = await import(${JSON.stringify(join(PROJECT, 'src/cli/domain-xml/main.ts'))});
process.exitCode = await runDomainXml(process.argv.slice(2));
`,
  );
  execFileSync(BUN, ['src/domain-xml/compiled/write-templates.ts'], { cwd: PROJECT });
  execFileSync(BUN, ['build', ...OPTIONS, ...NO_AUTOLOAD, main, '--outfile', program], {
    cwd: PROJECT,
    stdio: 'ignore',
  });
  return program;
}
