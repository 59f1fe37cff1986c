import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PROJECT } from './executable.ts';

const SRC = join(PROJECT, 'src');

/** What one module imports. */
export interface Import {
  /** Path below src, or the name of a package. */
  target: string;
  isPackage: boolean;
  /** Whether it is there for types alone, and gone in what runs. */
  typesOnly: boolean;
  /** Whether it is loaded when the importing module is, or later, by `import(…)`. */
  lazy: boolean;
}

/** Every module of src, by its path below it, with what it imports. */
export function readImports(): ReadonlyMap<string, readonly Import[]> {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(file => /\.[jt]s$/.test(file));
  return new Map(files.sort().map(file => [file, importsOf(file)]));
}

const STATEMENT = /^(?:import|export)(?: (type))?\s(?:[^;'"]*?\sfrom\s)?'([^']+)'/gm;
const CALL = /(typeof )?\bimport\('([^']+)'\)/g;

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const imported = (specifier: string): Pick<Import, 'target' | 'isPackage'> =>
    specifier.startsWith('.')
      ? { target: relative(SRC, join(SRC, dirname(file), specifier)), isPackage: false }
      : { target: specifier, isPackage: true };
  return [
    ...Array.from(text.matchAll(STATEMENT), ([, type, specifier = '']) => ({
      ...imported(specifier),
      typesOnly: type !== undefined,
      lazy: false,
    })),
    ...Array.from(text.matchAll(CALL), ([, type, specifier = '']) => ({
      ...imported(specifier),
      typesOnly: type !== undefined,
      lazy: true,
    })),
  ];
}

/** The modules of src that are loaded when these are, themselves among them. */
export function loadedWith(
  imports: ReadonlyMap<string, readonly Import[]>,
  ...entries: readonly string[]
): string[] {
  const loaded = new Set<string>();
  const pending = [...entries];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    for (const { target, isPackage, typesOnly, lazy } of imports.get(file) ?? [])
      if (!isPackage && !typesOnly && !lazy) pending.push(target);
  }
  return [...loaded].sort();
}
