import { addon } from '../native/addon.ts';
import { Refusal } from '../words/refusal.ts';
import { type Finding, foundOnly } from './finding.ts';
import { said } from './said.ts';

const CONFIGURATION = '/etc/lvm/lvm.conf';
const DEVICES_FILE = '/etc/lvm/devices/system.devices';

/** What LVM may not look into, by names as ours are. */
const OURS = ['/dev/mapper/snapshot-fd00:1-fd00:2', '/dev/mapper/origin-fd00:1'];

/** Whether LVM of this machine reads the disks of VMs when somebody calls it. */
export function lvmFindings(): Finding[] {
  const text = addon().fileStatus(CONFIGURATION) === null ? undefined : addon().readWholeText(CONFIGURATION);
  if (text === undefined) return [];
  const seen = looksAt(text, addon().fileStatus(DEVICES_FILE) !== null);
  if (seen.length === 0) return [];
  return [foundOnly('lvm-looks', said`${CONFIGURATION} lets LVM look at what is called ${seen.join(', ')}`)];
}

/**
 * Which devices of ours LVM reads, by its configuration (man 5 lvm.conf: the first pattern that fits decides, what fits none
 * is read). One that lists its devices reads those alone.
 * @param text of lvm.conf
 * @param hasDevicesFile whether there is a list of devices
 * @throws Refusal for a filter that cannot be understood
 */
export function looksAt(text: string, hasDevicesFile: boolean): string[] {
  const settings = text
    .replace(/^\s*#.*$/gm, '')
    .replace(/"(?:\\.|[^"\\])*"|#.*$/gm, part => (part.startsWith('#') ? '' : part));
  const usesFile = /\buse_devicesfile\s*=\s*(\d)/.exec(settings)?.[1];
  if (hasDevicesFile && usesFile !== '0') return [];
  const filter =
    /\bglobal_filter\s*=\s*(\[(?:\s|,|"(?:\\.|[^"\\])*")*\]|"(?:\\.|[^"\\])*")/.exec(settings)?.[1] ?? '';
  const patterns = Array.from(filter.matchAll(/"((?:\\.|[^"\\])*)"/g), ([, pattern = '']) =>
    parsePattern(pattern),
  );
  return OURS.filter(name => patterns.find(({ expression }) => expression.test(name))?.accepts !== false);
}

/** `r|^/dev/loop|`: any character may stand for the bars. */
function parsePattern(pattern: string): { accepts: boolean; expression: RegExp } {
  const [kind = '', bar = ''] = pattern;
  const end = pattern.lastIndexOf(bar);
  if (!'ar'.includes(kind) || kind === '' || end < 2)
    throw new Refusal(`${CONFIGURATION}: the filter has a pattern that is none, ${pattern}`);
  try {
    return { accepts: kind === 'a', expression: new RegExp(pattern.slice(2, end)) };
  } catch {
    throw new Refusal(`${CONFIGURATION}: the filter has a pattern that cannot be understood, ${pattern}`);
  }
}
