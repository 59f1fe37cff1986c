import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BASE_LABEL, contentVersion, STORE_LABEL } from '../../../../src/devices/plan/label.ts';
import { REVERT_ATTRIBUTE } from '../../../../src/devices/plan/revert-names.ts';
import { hashOf, statKey, type Template } from '../images.ts';
import { kernel } from '../programs.ts';
import { deviceNames, heldLocks, loopDevices, records, tableLine } from '../state.ts';

const ATTRIBUTES = [
  STORE_LABEL,
  BASE_LABEL,
  REVERT_ATTRIBUTE,
  'trusted.block-snapshot.ended',
  'trusted.block-snapshot.unmerged',
];
const LOCKS = '/run/block-snapshot';
const RECORDS = '/run/xen-hotplug';

/**
 * All that a command can leave behind, bytes and all, in words that do not depend on what is different each time: inodes,
 * numbers of devices, versions' ids and times. Of two worlds with the same words one need not be tried. Only where images
 * are made of repeated random bytes (`repeatRandom`).
 * @param more facts from elsewhere, such as xenstore's
 */
export function worldOf(templates: readonly Template[], ...more: unknown[]): string {
  const files = templates.flatMap(({ folder }, index) =>
    readdirSync(folder)
      .sort()
      .map(name => ({ path: join(folder, name), role: `${index}/${name}` })),
  );
  const facts = {
    files: files.map(({ path }) => fileFacts(path)),
    loops: loopDevices()
      .map(({ file }) => file)
      .sort(),
    devices: deviceNames().map(deviceFacts),
    nodes: readdirSync('/dev/mapper').map(name => [name, behindNode(name)]),
    locks: [lockFiles(files.map(({ path }) => statKey(path))), heldLocks()],
    records: records().map(name => [name, readFileSync(join(RECORDS, name), 'utf8')]),
    more,
  };
  return withoutNumbers(JSON.stringify(facts), files, templates);
}

function fileFacts(path: string): unknown {
  const { size, ino, mtimeNs } = statSync(path, { bigint: true });
  const attributes = ATTRIBUTES.map(name =>
    kernel.fileAttribute(path, name)?.replaceAll(`${mtimeNs}`, 'now'),
  );
  return [path, `${size}`, hashOf(path), attributes, contentVersion(ino, Number(size), mtimeNs)];
}

function deviceFacts(name: string): unknown {
  const state = kernel.deviceTable(name);
  const used = kernel.deviceStatus(name)?.targets.map(({ type, parameters }) => [type, parameters]);
  return [name, tableLine(name), state?.suspended, state?.liveTable, state?.inactiveTable, used];
}

/** The device that a node leads to. */
function behindNode(name: string): string {
  const { rdev } = statSync(`/dev/mapper/${name}`);
  const path = `/sys/dev/block/${rdev >> 8}:${rdev & 0xff}/dm/name`;
  return existsSync(path) ? readFileSync(path, 'utf8') : 'none';
}

/** Those of files that are there: others stay from templates that are gone. */
function lockFiles(keys: readonly string[]): unknown[] {
  if (!existsSync(LOCKS)) return [];
  return readdirSync(LOCKS)
    .filter(name => keys.some(key => name.startsWith(`${key}.`)))
    .sort()
    .map(name => [name, statSync(join(LOCKS, name)).size > 0]);
}

function withoutNumbers(
  text: string,
  files: readonly { path: string; role: string }[],
  templates: readonly Template[],
): string {
  let words = text;
  for (const { path, role } of files) {
    const key = statKey(path);
    words = words
      .replaceAll(`${key}-`, `<${role}>-`)
      .replace(new RegExp(`${key}\\b`, 'g'), `<${role}>`)
      .replace(new RegExp(`(inode=|"1 \\S+ \\S+ )${key.split(':')[1]}\\b`, 'g'), `$1<${role}>`);
  }
  for (const { name, file } of loopDevices()) {
    const number = readFileSync(`/sys/block/${name}/dev`, 'utf8').trim();
    words = words.replace(new RegExp(`\\b${number}\\b`, 'g'), `<loop ${file}>`);
  }
  for (const [index, { folder }] of templates.entries()) words = words.replaceAll(folder, `<${index}>`);
  const seen = new Map<string, string>();
  const ordinal = (id: string): string => {
    const known = seen.get(id) ?? `#${seen.size}`;
    seen.set(id, known);
    return known;
  };
  return words
    .replace(/\b[0-9a-f]{12}\b/g, ordinal)
    .replace(/\b\d{13,}\b/g, 'then')
    .replace(/\bopen=[0-9a-f]{8}\b/g, 'open=boot');
}
