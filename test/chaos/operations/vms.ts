// VMs start and stop.
import { mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { makeImage } from '../../kernel/guest/images.ts';
import { BLOCK } from '../model/blocks.ts';
import { cloneOf, stackOf, volatileOf } from '../model/files.ts';
import {
  addLayer,
  dropLayers,
  type Host,
  type Kind,
  nextNumber,
  type Run,
  type Template,
  templateNamed,
  type Vm,
  vmNamed,
  type Way,
} from '../model/host.ts';
import { type Deed, deed, type Mending, type Plan, planOf } from './plan.ts';
import { block, nodeBy, removal, startBy, stopBy, wayFor } from './ways.ts';

/** Which of those that are there. */
export function chosen<Item>(items: readonly Item[], pick: number): Item | undefined {
  return items[pick % items.length];
}

export interface StartPicks {
  vm: number;
  template: number;
  way: Way;
  /** Whether what the VM had of its own is gone on with. */
  keeps: boolean;
}

/** A VM starts; what it had of its own it has still, or not. */
export function startVm(host: Host, picks: StartPicks): Plan | undefined {
  const vm = chosen(host.vms, picks.vm);
  const template = chosen(host.templates, picks.template);
  if (vm === undefined || template === undefined || vm.run !== undefined) return undefined;
  const kind: Kind = template.kind ?? 'snapshot';
  const images = stackOf(host, template, vm, kind);
  const domain = nextNumber(host);
  const wanted = { type: kind, images, domain };
  // What they compute the device's name of has to be there.
  const way = template.kind === undefined && picks.way === 'qubesd' ? 'hand' : wayFor(picks.way, kind);
  const kept = kind === 'snapshot' && picks.keeps ? vm.disk : undefined;
  const misplaced = kept?.keeps === true && kept.on.number !== template.published.number;
  const fresh = kind === 'snapshot' && kept === undefined ? newFile(host, template, vm) : [];
  const means = startBy(way, wanted);
  return planOf({
    ...means,
    starts: vm.name,
    before: [...fresh, ...(means.before ?? [])],
    prints: misplaced ? undefined : means.prints,
    refused: misplaced
      ? /was begun on another version of what is under it: together they would be a mixture/
      : undefined,
    settle: (after, stdout) => {
      if (misplaced) return;
      started(after, vm.name, template.name, kind, kept !== undefined, {
        way,
        domain,
        type: kind,
        node: nodeBy(way, wanted, stdout),
      });
    },
  });
}

function newFile(host: Host, template: Template, vm: Vm): Deed[] {
  const path = volatileOf(host, vm);
  const size = template.present.length * BLOCK;
  return [
    removal(path),
    deed(`mkdir -p ${dirname(path)}; truncate -s ${size} ${path}`, () => {
      mkdirSync(dirname(path), { recursive: true });
      makeImage(path, size);
    }),
  ];
}

function started(
  host: Host,
  vmName: string,
  templateName: string,
  kind: Kind,
  goesOn: boolean,
  run: Run,
): void {
  const vm = vmNamed(host, vmName);
  const template = templateNamed(host, templateName);
  const version = template.published;
  template.kind ??= kind;
  if (kind === 'snapshot') {
    if (!goesOn || vm.disk?.keeps !== true)
      vm.disk = { on: version, keeps: false, blocks: version.blocks.slice() };
    addLayer(host, template, basename(run.node).split('-').slice(0, 3).join('-'));
  }
  const blocks = kind === 'snapshot' && vm.disk !== undefined ? vm.disk.blocks : version.blocks.slice();
  vm.run = { ...run, kind, template: templateName, version, blocks };
}

/** A VM stops. */
export function stopVm(host: Host, picks: { vm: number; sensible: boolean }): Plan | undefined {
  const running = picks.sensible ? host.vms.filter(({ run }) => run !== undefined) : host.vms;
  const vm = chosen(running, picks.vm);
  if (vm?.run === undefined) return undefined;
  const means = stopBy(vm.run);
  return {
    ...means,
    mend: { ...means.mend, ...leftovers(host, vm, vm.run), stepsAfterBoot: () => [] },
    settle: after => stopped(after, vmNamed(after, vm.name)),
  };
}

/** Killed between the end of its loop device and that of its files, a person's call leaves these: the next start would make them anew. */
function leftovers(host: Host, vm: Vm, run: Run): Mending {
  if (run.type !== 'reflink' || run.way !== 'hand') return {};
  const image = cloneOf(host, vm);
  return {
    steps: () => [
      block('cleanup', run.type, run.node),
      removal(image),
      removal(image.replace(/\.img$/, '-dirty.img')),
    ],
  };
}

/** What is true when a VM has stopped, or its machine. */
export function stopped(host: Host, vm: Vm): void {
  const { run } = vm;
  vm.run = undefined;
  if (vm.removed) vm.disk = undefined;
  vm.removed = false;
  if (run?.kind === 'snapshot') dropLayers(host, templateNamed(host, run.template));
}
