// What people do behind our back.
import { copyFileSync, renameSync, truncateSync } from 'node:fs';
import { BLOCK } from '../model/blocks.ts';
import { cowOf, folderOf, imageOf, volatileOf } from '../model/files.ts';
import {
  type Host,
  hasLayers,
  newVersion,
  nextNumber,
  type Template,
  templateNamed,
  vmNamed,
  vmsOn,
} from '../model/host.ts';
import { type Deed, deed, type Plan } from './plan.ts';
import { chosen } from './vms.ts';
import { isThere, removal } from './ways.ts';
import { writeBlocks } from './writes.ts';

/** Whether a template is stopped, unused, and without a run that is not committed: people may exchange its image. */
const isAtRest = (host: Host, template: Template) =>
  template.run === undefined &&
  !template.written &&
  !template.dirty &&
  !hasLayers(host, template) &&
  vmsOn(host, template).length === 0;

function atRest(host: Host, pick: number): Template | undefined {
  return chosen(
    host.templates.filter(template => isAtRest(host, template)),
    pick,
  );
}

/** A template's image is restored from a copy, as a new file or in its place, or an earlier version is copied over it. */
export function restore(
  host: Host,
  picks: { template: number; inPlace: boolean; earlier: boolean },
): Plan | undefined {
  const template = atRest(host, picks.template);
  if (template === undefined) return undefined;
  const image = imageOf(host, template);
  const former = picks.earlier ? template.revisions.at(-1)?.version.blocks : undefined;
  const isOther = former === undefined || former.length !== template.present.length;
  const blocks = isOther ? template.present.slice().fill(nextNumber(host), 0, 100) : former;
  const put = () => {
    const file = picks.inPlace ? image : `${image}.restored`;
    if (!picks.inPlace) copyFileSync(image, file);
    writeBlocks(file, 0, blocks);
    if (!picks.inPlace) renameSync(file, image);
  };
  return changed(
    template,
    blocks,
    deed(`cp${picks.inPlace ? '' : ' --remove-destination'} /path/to/a/backup ${image}`, put),
  );
}

/** A template's image is made larger. */
export function grow(host: Host, picks: { template: number }): Plan | undefined {
  const template = atRest(host, picks.template);
  if (template === undefined || template.present.length >= MOST_BLOCKS) return undefined;
  const image = imageOf(host, template);
  const blocks = new Uint32Array(template.present.length + MORE_BLOCKS);
  blocks.set(template.present);
  const size = blocks.length * BLOCK;
  return changed(
    template,
    blocks,
    deed(`truncate -s ${size} ${image}`, () => truncateSync(image, size)),
  );
}

const MORE_BLOCKS = 32;
const MOST_BLOCKS = 384;

function changed({ name }: Template, blocks: Uint32Array, how: Deed): Plan {
  return {
    before: [how],
    settle: after => {
      const template = templateNamed(after, name);
      template.published = newVersion(after, blocks);
      template.present = blocks.slice();
    },
  };
}

/** A template's folder gets another name, while VMs run on it. */
export function rename(host: Host, picks: { template: number }): Plan | undefined {
  const template = chosen(
    host.templates.filter(({ run, kind }) => run === undefined && kind !== 'reflink'),
    picks.template,
  );
  if (template === undefined) return undefined;
  const { name: former } = template;
  const name = `r${nextNumber(host)}`;
  const [from, to] = [folderOf(host, template), `${host.folder}/${name}`];
  return {
    before: [deed(`mv ${from} ${to}`, () => renameSync(from, to))],
    settle: after => {
      templateNamed(after, former).name = name;
      for (const layer of after.layers) if (layer.template === former) layer.template = name;
      for (const { run } of after.vms) if (run?.template === former) run.template = name;
    },
  };
}

/** The cow of a template that keeps nothing is removed: the next start makes it. */
export function removeCow(host: Host, picks: { template: number }): Plan | undefined {
  const template = chosen(
    host.templates.filter(
      one => one.kind === 'snapshot' && one.revisions.length === 0 && isAtRest(host, one),
    ),
    picks.template,
  );
  if (template === undefined) return undefined;
  return {
    before: [removal(cowOf(host, template))],
    settle: after => {
      templateNamed(after, template.name).kind = undefined;
    },
  };
}

/** The file of a VM's disk is removed, while the VM runs or not. */
export function removeDisk(host: Host, picks: { vm: number }): Plan | undefined {
  const vm = chosen(
    host.vms.filter(({ run, removed }) => run?.kind !== 'reflink' && !removed),
    picks.vm,
  );
  if (vm === undefined || !isThere(volatileOf(host, vm))) return undefined;
  return {
    before: [removal(volatileOf(host, vm))],
    settle: after => {
      const own = vmNamed(after, vm.name);
      if (own.run === undefined) own.disk = undefined;
      else own.removed = true;
    },
  };
}
