import { mkdtempSync, rmSync } from 'node:fs';

/** Does its work in a new folder that nobody else can look into, and removes it on every way out. */
export async function inPrivateFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync('/tmp/domain-xml-');
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
