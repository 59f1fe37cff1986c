import { addon } from '../../native/addon.ts';

/** What --version says besides, with -v: a line each. */
export function versionsBelow(): string[] {
  const { library, driver } = addon().deviceMapperVersions();
  const kernel = addon().readText('/proc/sys/kernel/osrelease')?.trim() ?? 'unknown';
  return [
    // The small program has none.
    library === 'none' ? 'libdevmapper none: devices are asked for without it' : `libdevmapper ${library}`,
    `device-mapper ${driver ?? 'does not answer: is it there, and are you root?'}`,
    `Linux ${kernel}`,
  ];
}
