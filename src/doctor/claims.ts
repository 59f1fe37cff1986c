import { attachmentNames, NODE_RECORD, RECORDS_FOLDER } from '../claims/claims.ts';
import { parseRecordedNode } from '../claims/recorded-node.ts';
import { folderOf } from '../devices/plan/folder-of.ts';
import { nodeNamed } from '../libvirt/claimed-disks.ts';
import { linkPath, readDomainLinks } from '../libvirt/domain-links.ts';
import { addon } from '../native/addon.ts';
import type { StaleRecord } from '../overview/overview.ts';
import type { Command, Finding, Seen } from './finding.ts';
import { openFinding } from './ownership.ts';
import { path, record, said, user } from './said.ts';

/** A claim comes before its device: one that is older than this is not of a VM that is just starting. Milliseconds. */
const JUST_STARTING = 60_000;

/** The files of a record besides that of its node. */
const OTHERS = ['-type', '-params', '-mode'];

/** Records that claim nothing any more. */
export function staleRecordFindings({ overview }: Seen): Finding[] {
  return overview.staleRecords.map(staleFinding);
}

function staleFinding({ record: key, user: whose, device }: StaleRecord): Finding {
  const written = addon().fileStatus(`${RECORDS_FOLDER}/${key}${NODE_RECORD}`)?.modified ?? Date.now();
  return {
    kind: 'stale-record',
    found: said`${record(key)} of ${user(whose)} names ${nodeNamed(device)}, which is not there`,
    mend: [removal(key)],
    safe: Date.now() - written > JUST_STARTING,
  };
}

/** The node first: it is the claim. */
function removal(key: string): Command {
  return ['rm', '-f', ...[NODE_RECORD, ...OTHERS].map(suffix => path(`${RECORDS_FOLDER}/${key}${suffix}`))];
}

/** What keeps the records from counting: others could have written them, or they do not say which device they keep. */
export function recordFindings(): Finding[] {
  const open = openFinding('open-records', RECORDS_FOLDER, '755');
  return open.length > 0 ? open : damagedRecords();
}

function damagedRecords(): Finding[] {
  return attachmentNames().flatMap((key): Finding[] => {
    const text = addon().readText(`${RECORDS_FOLDER}/${key}${NODE_RECORD}`) ?? '';
    if (parseRecordedNode(text).kind !== 'damaged') return [];
    return [
      {
        kind: 'damaged-record',
        found: said`${record(key)} in ${RECORDS_FOLDER} holds ${text.length} characters that name no whole node`,
        mend: [removal(key)],
        safe: false,
      },
    ];
  });
}

/** Links of libvirt's domains that lead to nothing. */
export function staleLinkFindings(): Finding[] {
  return readDomainLinks()
    .filter(({ node }) => addon().fileStatus(node) === null)
    .map(({ guest, target, node }) => ({
      kind: 'stale-link',
      found: said`${path(linkPath(guest, target))} leads to ${path(node)}, which is not there`,
      mend: [
        ['rm', '-f', path(linkPath(guest, target))],
        ['rmdir', '--ignore-fail-on-non-empty', path(folderOf(linkPath(guest, target)))],
      ],
      safe: true,
    }));
}
