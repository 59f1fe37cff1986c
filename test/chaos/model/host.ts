// What must be true of a host with templates and VMs, as the documentation has it (docs/templates.md, docs/reflink.md): plain data, of which
// a copy is made where several things may happen in one order or the other.
import type { Blocks } from './blocks.ts';

export type Kind = 'snapshot' | 'reflink';
/** Who has a disk made: a person, libxl with its script, libvirt with its hook, qubesd with its pair of commands. */
export type Way = 'hand' | 'xen' | 'libvirt' | 'qubesd';

/** Bytes that VMs' disks are begun on: two with the same bytes need not be the same version. */
export interface Version {
  number: number;
  blocks: Blocks;
}

/** A disk that is there for somebody. */
export interface Run {
  way: Way;
  /** The domain that it is attached to, by its number; of a person and qubesd none. */
  domain: number;
  /** /dev/mapper/…, or /dev/loopN. */
  node: string;
  /** As what it was asked for. */
  type: 'snapshot' | 'origin' | 'reflink' | 'reflink-origin';
}

/** A finished run that can be gone back behind. */
export interface Revision {
  /** What was before it. */
  version: Version;
  /** What it made of that: the undo of a snapshot fits nothing else. */
  on: Version;
}

export interface Template {
  name: string;
  /** Undefined where nothing beside its image says so. */
  kind: Kind | undefined;
  /** What the next run goes on with. */
  present: Blocks;
  /** What a VM sees that starts now. */
  published: Version;
  /** Whether a run wrote something that is not committed. */
  written: boolean;
  /** Of one of clones: whether there is a file that a run writes, or has written. */
  dirty: boolean;
  /** The last one first. */
  revisions: Revision[];
  run: Run | undefined;
}

/** The first layers of a template's VMs that are there: each is one version. */
export interface FirstLayer {
  template: string;
  version: number;
  /** Of its device. */
  name: string;
}

export interface Vm {
  name: string;
  /** What it has of its own on a template of snapshots, and what that was begun on; undefined where there is no file. */
  disk: { on: Version; keeps: boolean; blocks: Blocks } | undefined;
  run: (Run & { kind: Kind; template: string; version: Version; blocks: Blocks }) | undefined;
  /** Whether somebody has removed the file of its disk while it runs. */
  removed: boolean;
}

export interface Settings {
  revisions: number;
  commitOnStop: boolean;
  chunk: '128K' | '256K';
}

export interface Host {
  /** Where all lies. */
  folder: string;
  /** Whether its filesystem clones files. */
  clones: boolean;
  templates: Template[];
  vms: Vm[];
  layers: FirstLayer[];
  settings: Settings;
  /** Numbers that were given: of writes, versions, domains, names. */
  given: number;
}

export const BLOCKS = 256;

/** A host on which nothing was done yet. */
export function newHost(folder: string, clones: boolean, templates: number, vms: number): Host {
  const host: Host = {
    folder,
    clones,
    templates: [],
    vms: Array.from({ length: vms }, (_, index) => ({
      name: `vm${index}`,
      disk: undefined,
      run: undefined,
      removed: false,
    })),
    layers: [],
    settings: { revisions: 2, commitOnStop: true, chunk: '128K' },
    given: 0,
  };
  for (let index = 0; index < templates; index++)
    addTemplate(host, `t${index}`, new Uint32Array(BLOCKS).fill(nextNumber(host)));
  return host;
}

export function nextNumber(host: Host): number {
  host.given += 1;
  return host.given;
}

export function newVersion(host: Host, blocks: Blocks): Version {
  return { number: nextNumber(host), blocks: blocks.slice() };
}

/** A template without a past. */
export function addTemplate(host: Host, name: string, blocks: Blocks): Template {
  const template: Template = {
    name,
    kind: undefined,
    present: blocks.slice(),
    published: newVersion(host, blocks),
    written: false,
    dirty: false,
    revisions: [],
    run: undefined,
  };
  host.templates.push(template);
  return template;
}

/** The VMs that run on a template, whichever version they have. */
export function vmsOn(host: Host, { name }: Template): Vm[] {
  return host.vms.filter(({ run }) => run?.template === name);
}

/** @param device the name of its device */
export function addLayer(host: Host, template: Template, device: string): void {
  const version = template.published.number;
  if (!host.layers.some(layer => layer.template === template.name && layer.version === version))
    host.layers.push({ template: template.name, version, name: device });
}

/** Whether a template has a snapshot. */
export function hasLayers(host: Host, { name }: Template): boolean {
  return host.layers.some(({ template }) => template === name);
}

/** First layers on which nothing is go, unless their template runs, which writes its old blocks there. */
export function dropLayers(host: Host, template: Template): void {
  if (template.run !== undefined) return;
  host.layers = host.layers.filter(
    layer =>
      layer.template !== template.name ||
      host.vms.some(
        ({ run }) =>
          run?.kind === 'snapshot' && run.template === layer.template && run.version.number === layer.version,
      ),
  );
}

/** @throws Error where the story names what is not there */
export function templateNamed(host: Host, name: string): Template {
  const found = host.templates.find(template => template.name === name);
  if (found === undefined) throw new Error(`no template ${name}`);
  return found;
}

export function vmNamed(host: Host, name: string): Vm {
  const found = host.vms.find(vm => vm.name === name);
  if (found === undefined) throw new Error(`no VM ${name}`);
  return found;
}
