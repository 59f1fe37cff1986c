// What list sees, found in this process by the same code as the executable's: starting a program is slow in there.
import { renameSync, truncateSync } from 'node:fs';
import { overviewOf } from '../../../../src/overview/build/overview-of.ts';
import { overviewJson } from '../../../../src/overview/json.ts';
import { survey } from '../../../../src/overview/survey.ts';
import { MEBIBYTE, makeImage, statKey, type Template } from '../images.ts';
import { blockSnapshot, must } from '../programs.ts';

/** The JSON, as far as tests look at it. */
export interface Seen {
  version: number;
  templates: {
    image: SeenImage;
    size: number | null;
    derivedFrom: { path: string; time: string } | null;
    origin: (SeenDevice & { size: number | null }) | null;
    versions: SeenLayer[];
  }[];
  loopDevices: { node: string; device: string; file: SeenImage; users: SeenUser[]; unused: boolean }[];
  staleRecords: {
    record: string;
    domain: number | null;
    name: string | null;
    disk: number | null;
    target: string | null;
    node: string;
  }[];
  unused: string[];
  filesystems: { path: string; fits: boolean }[];
}

export interface SeenImage {
  path: string | null;
  place: string;
  key: string | null;
  size: number | null;
  allocated: number | null;
  loop: string | null;
  device: string | null;
}

interface SeenDevice {
  node: string;
  device: string;
  state: string;
  suspended: boolean;
  users: SeenUser[];
  unknownUsers: number;
  unused: boolean;
}

export interface SeenLayer extends SeenDevice {
  onBroken: boolean;
  outdated: boolean | null;
  size: number | null;
  cow: SeenImage;
  used: number | null;
  capacity: number | null;
  metadata: number | null;
  layers: SeenLayer[];
}

export type SeenUser = Record<string, unknown>;

/** What the warnings of the last look said. */
export let warnings: string[] = [];

export function seen(): Seen {
  warnings = [];
  return JSON.parse(overviewJson(overviewOf(survey(warning => warnings.push(warning))))) as Seen;
}

/** The same by the executable. */
export function seenByProgram(): Seen {
  const { status, stdout, stderr } = blockSnapshot('list', '--json');
  if (status !== 0 || stderr !== '') throw new Error(`list --json: exit ${status}: ${stderr}`);
  return JSON.parse(stdout) as Seen;
}

/** The only template that is there. */
export function onlyTemplate(all = seen()): Seen['templates'][number] {
  const [template] = all.templates;
  if (template === undefined || all.templates.length !== 1)
    throw new Error(`${all.templates.length} templates: ${JSON.stringify(all)}`);
  return template;
}

export function allLayers(layers: readonly SeenLayer[]): SeenLayer[] {
  return layers.flatMap(layer => [layer, ...allLayers(layer.layers)]);
}

/** What a commit does to the files. */
export function rotate(template: Template): void {
  renameSync(template.rootCow, `${template.rootCow}.old`);
  makeImage(template.rootCow, 4 * MEBIBYTE);
}

/** Makes a snapshot with a cow too small for its device, as another program would. @returns its node */
export function makeSmallSnapshot(template: Template, cow: string, size: number): string {
  truncateSync(cow, size);
  const loops = [template.root, cow].map(path => must('losetup', '-f', '--show', path));
  const name = `snapshot-${statKey(template.root)}-${statKey(cow)}`;
  must('dmsetup', 'create', name, '--table', `0 8192 snapshot ${loops.join(' ')} P 256`);
  // They clear themselves with the device.
  for (const loop of loops) must('losetup', '-d', loop);
  return `/dev/mapper/${name}`;
}
