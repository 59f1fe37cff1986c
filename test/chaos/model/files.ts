// Where the files of a host lie.
import type { Host, Kind, Template, Vm } from './host.ts';

type Named = Pick<Template, 'name'>;

export const folderOf = ({ folder }: Host, { name }: Named) => `${folder}/${name}`;
export const imageOf = (host: Host, template: Named) => `${folderOf(host, template)}/root.img`;
export const cowOf = (host: Host, template: Named) => `${folderOf(host, template)}/root-cow.img`;
export const dirtyOf = (host: Host, template: Named) => `${folderOf(host, template)}/root-dirty.img`;
/** What a VM has of its own on a template of snapshots. */
export const volatileOf = ({ folder }: Host, { name }: Vm) => `${folder}/${name}/volatile.img`;
/** The disk of a VM that is a clone. */
export const cloneOf = ({ folder }: Host, { name }: Vm) => `${folder}/${name}/root.img`;

/** What the program is given for a VM's disk. */
export function stackOf(host: Host, template: Template, vm: Vm, kind: Kind): string {
  return kind === 'reflink'
    ? `${imageOf(host, template)}:${cloneOf(host, vm)}`
    : `${imageOf(host, template)}:${cowOf(host, template)}:${volatileOf(host, vm)}`;
}

/** What it is given for a template's own run. */
export function runOf(host: Host, template: Template, kind: Kind): string {
  return kind === 'reflink' ? imageOf(host, template) : `${imageOf(host, template)}:${cowOf(host, template)}`;
}
