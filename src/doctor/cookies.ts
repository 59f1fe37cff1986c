import { addon } from '../native/addon.ts';
import type { Finding } from './finding.ts';
import { said } from './said.ts';

/** DM_COOKIE_MAGIC of libdevmapper: the upper half of the key of a semaphore that is a cookie. */
const MAGIC = 0x0d4d;

/** Nobody waits so long for udev: minutes. */
const LEFT_AFTER = 5;

/** Semaphores of libdevmapper that are older than anybody waits, all in one finding. */
export function cookieFindings(): Finding[] {
  const old = cookiesOlderThan(
    addon().readWholeText('/proc/sysvipc/sem'),
    Date.now() / 1000 - LEFT_AFTER * 60,
  );
  if (old.length === 0) return [];
  return [
    {
      kind: 'udev-cookie',
      found: said`${old.length} ${old.length === 1 ? 'cookie' : 'cookies'} older than ${LEFT_AFTER} min: ${old.join(', ')}`,
      mend: [['dmsetup', '-y', 'udevcomplete_all', String(LEFT_AFTER)]],
      safe: true,
    },
  ];
}

/**
 * @param table what /proc/sysvipc/sem says
 * @param moment seconds since 1970
 */
export function cookiesOlderThan(table: string, moment: number): string[] {
  return table.split('\n').flatMap(line => {
    const [key, , , , , , , , operated, changed] = line.trim().split(/\s+/).map(Number);
    if (key === undefined || Number.isNaN(key) || key >>> 16 !== MAGIC) return [];
    return Math.max(operated ?? 0, changed ?? 0) < moment ? [`0x${(key >>> 0).toString(16)}`] : [];
  });
}
