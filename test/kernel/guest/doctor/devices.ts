import { closeSync, openSync } from 'node:fs';
import { mergingRevert, runs } from '../advice/half-way.ts';
import { checkLasting } from '../checks.ts';
import { deleteBackend, disk, mustAdd, mustRemove } from '../hotplug/disks.ts';
import { statKey, type Template } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { must } from '../programs.ts';
import { finds, kindsFound } from './diagnosis.ts';

const nameOf = (node: string) => node.slice('/dev/mapper/'.length);

/** A VM on the template: somebody has its disk open. @returns its node, and how it stops */
export function running({ root, rootCow, vm1 }: Template): { node: string; stop: () => void } {
  const node = prepareHere('snapshot', root, rootCow, vm1);
  const descriptor = openSync(node, 'r');
  return {
    node,
    stop: () => {
      closeSync(descriptor);
      cleanupHere('snapshot', node);
    },
  };
}

checkLasting('nothing is found where VMs run, nor where none does', async (test, template) => {
  test.same(await kindsFound(test), []);
  const vm = disk(70);
  mustAdd(vm, [template.root, template.rootCow, template.vm1].join(':'));
  const { stop } = running({ ...template, vm1: template.vm2 });
  test.same(await kindsFound(test), []);
  stop();
  mustRemove(vm);
});

finds('a device that stands still', {
  kinds: ['suspended-device'],
  mends: true,
  plant: template => {
    const { node, stop } = running(template);
    must('dmsetup', 'suspend', nameOf(node));
    return stop;
  },
});

finds('an origin that stands still', {
  kinds: ['suspended-device'],
  mends: true,
  plant: ({ root, rootCow }) => {
    const node = prepareHere('origin', root, rootCow);
    const descriptor = openSync(node, 'r');
    must('dmsetup', 'suspend', nameOf(node));
    return () => {
      closeSync(descriptor);
      cleanupHere('origin', node);
    };
  },
});

finds('a device without a table', {
  kinds: ['unfinished-device'],
  mends: true,
  plant: ({ root, rootCow }) => {
    must('dmsetup', 'create', `snapshot-${statKey(root)}-${statKey(rootCow)}`, '--notable');
  },
});

finds('a device of which only the name is ours', {
  kinds: ['foreign-device'],
  mends: true,
  plant: ({ root, rootCow }) => {
    must('dmsetup', 'create', `snapshot-${statKey(root)}-${statKey(rootCow)}`, '--table', '0 8192 error');
  },
});

finds('a device that nobody uses', {
  kinds: ['unused-device'],
  mends: true,
  plant: ({ root, rootCow, vm1 }) => {
    prepareHere('snapshot', root, rootCow, vm1);
  },
});

finds('the disk of a VM that is gone', {
  kinds: ['gone-vm'],
  mends: true,
  plant: ({ root, rootCow, vm1 }) => {
    const vm = disk(71);
    mustAdd(vm, [root, rootCow, vm1].join(':'));
    deleteBackend(vm);
  },
});

finds('a revert that is half-way, by its device', {
  kinds: ['half-reverted'],
  mends: true,
  plant: template => {
    runs(template, 1);
    mergingRevert(template);
  },
});
