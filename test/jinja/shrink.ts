import type { Trial } from './oracle.ts';

const PARTS = /\{[{%#][-+]?|[-+]?[}%#]\}|\w+|\s+|[^\w\s]/gu;

/**
 * The smallest trial found that still fails: leaves out parts of the templates, longer ones first, and variables,
 * until nothing more can go. Asks at most `patience` times.
 */
export async function shrink(
  trial: Trial,
  fails: (trial: Trial) => Promise<boolean>,
  patience = 1500,
): Promise<Trial> {
  let best = trial;
  let asked = 0;
  const accept = async (candidate: Trial): Promise<boolean> => {
    asked += 1;
    if (asked > patience || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let progress = true; progress && asked <= patience; ) {
    progress = false;
    for (const name of Object.keys(best.files)) {
      if (name !== 'main')
        progress = (await accept({ ...best, files: without(best.files, name) })) || progress;
    }
    for (const name of Object.keys(best.files)) progress = (await shrinkFile(name)) || progress;
    for (const name of Object.keys(best.variables)) {
      progress = (await accept({ ...best, variables: without(best.variables, name) })) || progress;
    }
  }
  return best;

  async function shrinkFile(name: string): Promise<boolean> {
    let any = false;
    let parts: string[] = best.files[name]?.match(PARTS) ?? [];
    for (let size = Math.max(1, parts.length >> 1); size >= 1; size >>= 1) {
      for (let at = 0; at < parts.length; ) {
        const fewer = [...parts.slice(0, at), ...parts.slice(at + size)];
        if (await accept({ ...best, files: { ...best.files, [name]: fewer.join('') } })) {
          parts = fewer;
          any = true;
        } else at += size;
      }
    }
    return any;
  }
}

function without<T>(record: Record<string, T>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}
