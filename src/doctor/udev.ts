import { addon } from '../native/addon.ts';
import type { MappedTarget } from '../overview/facts.ts';
import { quietStatus, readQuietly } from '../overview/kernel/attached-loops.ts';
import { lowerDevices } from '../overview/references.ts';
import { type Finding, foundOnly, type Seen } from './finding.ts';
import { image, node, said } from './said.ts';

/** Where udev looks for rules: a file in an earlier one takes the place of all of its name in later ones (man 7 udev). */
const RULE_FOLDERS = [
  '/etc/udev/rules.d',
  '/run/udev/rules.d',
  '/usr/local/lib/udev/rules.d',
  '/usr/lib/udev/rules.d',
];
const RULES = '60-block-snapshot.rules';

/** What our rules say of a loop device that nothing may look into, and our devices of themselves. */
const LOOP_HIDDEN = /^E:UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG=1$/m;
const DEVICE_HIDDEN = /^E:DM_UDEV_DISABLE_OTHER_RULES_FLAG=1$/m;

/** Whether udev leaves what VMs wrote alone: its rules, and what it has made of the devices that are there. */
export function udevFindings(seen: Seen): Finding[] {
  if (addon().fileStatus('/run/udev/control') === null) return [];
  const rules = RULE_FOLDERS.map(folder => `${folder}/${RULES}`).find(
    file => addon().fileStatus(file) !== null,
  );
  if (rules === undefined)
    return [foundOnly('udev-rules-missing', said`there is no ${RULES} where udev looks for rules`)];
  const status = addon().fileStatus(rules);
  if (status?.kind !== 'file' || status.size === 0)
    return [
      {
        kind: 'udev-rules-masked',
        found: said`${rules} is empty, and the rest of that name does not count`,
        mend: [
          ['rm', rules],
          ['udevadm', 'control', '--reload'],
        ],
        safe: false,
      },
    ];
  return [...openLoops(seen), ...openDevices(seen)];
}

/** All in one: udev reads its rules once, and looks again at each. */
function openLoops({ facts }: Seen): Finding[] {
  const lower = new Set(facts.devices.flatMap(lowerDevices));
  const open = facts.loops.filter(({ device }) => lower.has(device) && looksInto(device, LOOP_HIDDEN));
  if (open.length === 0) return [];
  const named = open.map(
    ({ node: loop, device, key, file }) => said`${loop} on ${image({ ...file, key, loop, device })}`,
  );
  return [
    {
      kind: 'not-hidden',
      found: named.flatMap((one, index) => (index === 0 ? one : [', ', ...one])),
      mend: [
        ['udevadm', 'control', '--reload'],
        ['udevadm', 'trigger', '--settle', ...open.map(({ node: loop }) => loop)],
      ],
      safe: true,
    },
  ];
}

function openDevices({ facts }: Seen): Finding[] {
  return facts.devices
    .filter(({ device, target }) => isOfOurMaking(target) && looksInto(device, DEVICE_HIDDEN))
    .map(({ name }) => foundOnly('not-hidden', said`${node(name)}, which somebody else has made`));
}

/** What has another table is said to be foreign, and what has none nobody can look into. */
function isOfOurMaking({ kind }: MappedTarget): boolean {
  return kind === 'snapshot' || kind === 'origin';
}

/** Whether udev has looked at a device, without what keeps it from looking into it. */
function looksInto(device: string, hidden: RegExp): boolean {
  const known = readQuietly(`/run/udev/data/b${device}`);
  return known !== undefined && /^I:/m.test(known) && !hidden.test(known);
}

/** Whether udev runs. */
export function udevRuns(): boolean {
  return quietStatus('/run/udev/control') !== 'nothing';
}
