// What one asks for that another has.
import { stackOf } from '../model/files.ts';
import { type Host, nextNumber, templateNamed, type Vm, type Way } from '../model/host.ts';
import { type Plan, planOf } from './plan.ts';
import { chosen } from './vms.ts';
import { block, startBy } from './ways.ts';

const isRecorded = (way: Way) => way === 'xen' || way === 'libvirt';

function running(host: Host, pick: number, isOne: (way: Way) => boolean): Vm | undefined {
  return chosen(
    host.vms.filter(({ run }) => run !== undefined && isOne(run.way)),
    pick,
  );
}

/** A second VM is to have the disk that one writes to. */
export function shareDisk(host: Host, picks: { vm: number; way: 'xen' | 'libvirt' }): Plan | undefined {
  const vm = running(host, picks.vm, isRecorded);
  // By a path at which another file is by now, or none, it is another disk.
  if (vm?.run === undefined || vm.removed) return undefined;
  const { kind, template, version } = vm.run;
  const other = templateNamed(host, template);
  // The newest version is another disk, with which what the VM has of its own does not go.
  if (version.number !== other.published.number || other.kind !== kind) return undefined;
  const wanted = { type: kind, images: stackOf(host, other, vm, kind), domain: nextNumber(host) };
  const { before = [], call } = startBy(picks.way, wanted);
  return planOf({
    before,
    call,
    // libxl deletes what it wrote, whatever has become of it.
    after: before.flatMap(({ undo }) => undo ?? []),
    refused: /stop that VM first|give it a last cow of its own|give this one a disk of its own/,
    settle: () => {},
  });
}

/** A person takes down what a VM has: it stays. */
export function takeAway(host: Host, picks: { vm: number }): Plan | undefined {
  const vm = running(host, picks.vm, isRecorded);
  if (vm?.run === undefined) return undefined;
  const { kind, node } = vm.run;
  return {
    call: () => block('cleanup', kind, node),
    says: /is in use by the VM disk \S+: left as it is\n$/,
    settle: () => {},
  };
}

/** What was prepared is prepared once more: it is the same, and nothing changes. */
export function prepareAgain(host: Host, picks: { vm: number }): Plan | undefined {
  const vm = running(host, picks.vm, () => true);
  if (vm?.run === undefined || vm.removed) return undefined;
  const { kind, template, version, node } = vm.run;
  const own = templateNamed(host, template);
  if (version.number !== own.published.number || own.kind !== kind) return undefined;
  return {
    call: () => block('prepare', kind, stackOf(host, own, vm, kind)),
    prints: new RegExp(`^${node}\n$`),
    settle: () => {},
    // The VM is gone with the machine.
    mend: { stepsAfterBoot: () => [] },
  };
}
