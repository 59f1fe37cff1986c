import { join } from 'node:path';
import t from 'tap';
import { PROJECT } from '../unit/executable.ts';

/**
 * Boots a real Xen and runs parts of test/xen/dom0/parts in its dom0; their checks are reported as this run's own. The
 * limit in time is the boot's.
 * @param name what it is about
 */
export function onXen(name: string, parts: string[]): void {
  t.setTimeout(0);
  t.spawn(join(PROJECT, 'test/xen/run.sh'), parts, { timeout: 0 }, name);
}
