import { configuration } from '../devices/configuration.ts';
import { bindStores } from '../devices/kernel/bind-stores.ts';
import { findImage, type Image } from '../devices/kernel/images.ts';
import { openImage, withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { StaleCow } from '../devices/kernel/stale-cow.ts';
import { keepsBlocks, readStoreHeader } from '../devices/kernel/store-contents.ts';
import { isHalfReverted } from '../devices/operations.ts';
import { snapshotName } from '../devices/plan/device-names.ts';
import { CHUNK } from '../devices/plan/exception-store.ts';
import { ownCow } from '../devices/plan/own-cow.ts';
import { halfReverted, lostStores } from '../overview/conclusions.ts';
import { Refusal } from '../words/refusal.ts';
import { halfRevertedFinding } from './devices.ts';
import type { Command, Finding, Seen } from './finding.ts';
import { knownImages } from './known-templates.ts';
import { path, said, words } from './said.ts';

/** What is wrong with the files of templates that are known, whether or not anything runs on them. */
export function templateFindings({ overview }: Seen): Finding[] {
  const running = new Set(overview.templates.filter(({ origin }) => origin).map(({ base }) => base.path));
  const told = new Set(halfReverted(overview));
  const lost = new Set(lostStores(overview).map(({ layer }) => layer.cow.path));
  const used = overview.templates.flatMap(({ base }) => (base.place === 'present' ? (base.path ?? []) : []));
  return [...new Set([...used, ...knownImages()])].flatMap(image => {
    const cow = ownCow(image);
    if (cow === undefined || told.has(image)) return [];
    if (isHalfReverted(cow)) return [halfRevertedFinding(image)];
    return running.has(image) || lost.has(cow) ? [] : cowFindings(image, cow);
  });
}

/** Of the cow of a template that does not run: what keeps VMs from starting on it, or from seeing its last run. */
function cowFindings(imagePath: string, cowPath: string): Finding[] {
  const base = findImage({ role: 'base', path: imagePath });
  const cow = findImage({ role: 'cow', path: cowPath });
  if (base === undefined || cow === undefined || cow.device !== undefined) return [];
  return withDescriptor(openImage(cow, 'read'), descriptor => cowFinding(base, cow, descriptor)) ?? [];
}

function cowFinding(base: Image, cow: Image, descriptor: number): Finding[] {
  const header = readStoreHeader(descriptor);
  const commit: Command = ['block-snapshot', 'commit', path(base.path)];
  if (header.kind === 'foreign')
    return [
      {
        kind: 'not-a-store',
        found: said`${path(cow.path)}`,
        mend: [['mv', '-n', path(cow.path), path(`${cow.path}.not-a-store`)]],
        safe: false,
      },
    ];
  if (header.kind === 'store' && !header.valid)
    return [
      {
        kind: 'lost-store',
        found: said`${path(cow.path)} of ${path(base.path)} overflowed in a run that has ended`,
        mend: [commit],
        safe: false,
      },
    ];
  if (!keepsBlocks(descriptor)) return [];
  const misplaced = refusedOn(base, cow, descriptor);
  // Whatever starts there puts it aside by itself.
  if (misplaced === 'of an image that is gone') return [];
  if (misplaced !== undefined)
    return [
      {
        kind: 'another-version',
        found: said`${path(cow.path)} on ${path(base.path)}: ${words(misplaced)}`,
        mend: [commit],
        safe: false,
      },
    ];
  if (!configuration().commitOnStop) return [];
  return [
    { kind: 'run-not-committed', found: said`${path(base.path)} has stopped`, mend: [commit], safe: false },
  ];
}

/** Why nothing starts on both, by the rule of whatever starts there; nothing is noted. */
function refusedOn(base: Image, cow: Image, descriptor: number): string | undefined {
  const layer = { name: snapshotName(base.key, [cow.key]), cow, first: true };
  const toMake = [{ layer, cow: { image: cow, descriptor, chunk: CHUNK } }];
  const nothing = {
    live: undefined,
    written: false,
    opens: false,
    merge: false,
    handedOut: false,
    force: false,
  };
  try {
    bindStores({ base, toMake, ...nothing });
    return undefined;
  } catch (error) {
    if (error instanceof StaleCow) return 'of an image that is gone';
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
