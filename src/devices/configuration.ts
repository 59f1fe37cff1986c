import { host } from '../host/host.ts';
import { addon } from '../native/addon.ts';
import { isSystemError } from '../native/system-error.ts';
import { Refusal } from '../words/refusal.ts';
import { withDescriptor } from './kernel/open-descriptor.ts';
import { DEFAULT_SETTINGS, parseSettings, type Settings } from './plan/settings.ts';

/** What is installed from etc/block-snapshot.conf. */
export const CONFIGURATION_FILE = '/etc/block-snapshot.conf';

/** Bytes: more than anybody has to say there. */
const LARGEST = 65_536;

let settings: Settings | undefined;

/**
 * The configuration, read when it is first asked for: a command that makes nothing does not pay for it.
 * @throws Refusal when there is a mistake in it, or others than root could have written it
 */
export function configuration(): Settings {
  settings ??= readConfiguration(CONFIGURATION_FILE);
  return settings;
}

/** The same from another file, each time anew. */
export function readConfiguration(file: string): Settings {
  const descriptor = openConfiguration(file);
  if (descriptor === undefined) return DEFAULT_SETTINGS;
  return withDescriptor(descriptor, () => {
    const { kind, user, mode, size } = addon().descriptorStatus(descriptor);
    if (kind !== 'file')
      throw new Refusal(`${file} is a ${kind}: it has to be a file, or not to be there at all`);
    if (user !== 0)
      throw new Refusal(`${file} does not belong to root but to user ${user}: chown root ${file}`);
    if ((mode & 0o022) !== 0)
      throw new Refusal(`${file} can be written by others than root: chmod go-w ${file}`);
    if (size > LARGEST)
      throw new Refusal(`${file} has ${size} bytes: it is no configuration, which has ${LARGEST} at most`);
    return parseSettings(host.textOf(new Uint8Array(addon().readAt(descriptor, 0, size))), file);
  });
}

function openConfiguration(file: string): number | undefined {
  const { readOnly, nonBlocking } = addon().openFlags;
  try {
    return addon().openFile(file, readOnly | nonBlocking, 0);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    if (isSystemError(error, 'EACCES', 'EPERM'))
      throw new Refusal(`no permission to read ${file}: run as root`);
    if (isSystemError(error)) throw new Refusal(`cannot read ${file} (${error.code}): see ls -l ${file}`);
    throw error;
  }
}
