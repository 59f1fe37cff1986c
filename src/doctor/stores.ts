import { storeSize } from '../devices/plan/exception-store.ts';
import { SECTOR_BYTES } from '../devices/plan/units.ts';
import { lostStores } from '../overview/conclusions.ts';
import type { MappedDevice } from '../overview/facts.ts';
import { sizeText } from '../words/sizes.ts';
import { type Finding, foundOnly, type Seen } from './finding.ts';
import { image, node, path, said, users } from './said.ts';

/** How full a store that can overflow may be before it is said. */
const NEARLY_FULL = 0.8;

/** Stores of devices that overflowed, and those that are going to. */
export function storeFindings(seen: Seen): Finding[] {
  return [...lostStores(seen.overview).map(lostFinding), ...seen.facts.devices.flatMap(smallStore)];
}

function lostFinding({
  layer,
  template,
  users: losers,
  toCommit,
}: ReturnType<typeof lostStores>[number]): Finding {
  return {
    kind: 'lost-store',
    found: said`${image(layer.cow)} of ${image(template.base)} overflowed; ${users(losers)} lost the disk`,
    mend: toCommit === undefined ? [] : [['block-snapshot', 'commit', path(toCommit)]],
    safe: false,
  };
}

/** Stores of our own making take every block: those are not meant. */
function smallStore({ name, target }: MappedDevice): Finding[] {
  if (target.kind !== 'snapshot' || target.status.kind !== 'serving' || target.merging) return [];
  const { used, all } = target.status;
  if (all * SECTOR_BYTES >= storeSize(target.table.length, target.table.chunk) || used < all * NEARLY_FULL)
    return [];
  return [
    foundOnly(
      'small-store',
      said`${node(name)}: ${sizeText(used * SECTOR_BYTES)} of ${sizeText(all * SECTOR_BYTES)} are used`,
    ),
  ];
}

/** Filesystems that cannot hold what may still be written. */
export function spaceFindings({ overview }: Seen): Finding[] {
  return overview.filesystems
    .filter(({ fits }) => !fits)
    .map(({ point, available, unwritten }) =>
      foundOnly(
        'space-short',
        said`${path(point)} has ${sizeText(available)} left, ${sizeText(unwritten)} can still be written`,
      ),
    );
}
