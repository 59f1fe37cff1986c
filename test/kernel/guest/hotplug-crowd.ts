// 200 starts and stops of VMs on one template, four at a time, by add and remove themselves; 50 of them run at once.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { type Disk, deleteBackend, disk, makeBackend, pathOf, readBackend } from './hotplug/disks.ts';
import { xenstored } from './hotplug/surroundings.ts';
import { MEBIBYTE, makeImage, makeTemplate, readAt } from './images.ts';
import { executable, kernel } from './programs.ts';
import { deviceNames, leftovers } from './state.ts';

const VMS = 200;
const AT_ONCE = 4;
const TOGETHER = 50;

t.setTimeout(0);

/** Runs the script; what it says is a failure, for it has nothing to say. */
function script(of: Disk, command: 'add' | 'remove'): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(executable(`block-${of.type}`), [command], {
      env: { XENBUS_PATH: pathOf(of) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', text => {
        said += text;
      });
    child.on('error', reject);
    child.on('close', status => resolve(status === 0 ? said : `exit ${status}: ${said}`));
  });
}

/** The sequence number of the device that the node is, as blkback would find it. */
function sequenceOf(node: string): string | undefined {
  if (!existsSync(node)) return undefined;
  const descriptor = openSync(node, 'r');
  try {
    return kernel.blockDeviceSequence(descriptor)?.toString(16);
  } finally {
    closeSync(descriptor);
  }
}

t.test(`${VMS} VMs on one template, ${AT_ONCE} at a time, start and stop`, async test => {
  const template = makeTemplate(MEBIBYTE);
  const beginning = readAt(template.root, 0, 4096);
  const failures: string[] = [];
  const taken: string[] = [];
  let started = 0;

  const start = async (number: number, cow: string) => {
    const vm = disk(100 + number);
    makeBackend(vm, `${template.root}:${template.rootCow}:${cow}`);
    failures.push(await script(vm, 'add'));
    started += 1;
    return vm;
  };
  const look = async (vm: Disk) => {
    const node = readBackend(vm, 'physical-device-path') ?? '';
    // As long as nobody has it open, its claim alone keeps it.
    await pause(Math.random() * 300);
    if (node === '' || sequenceOf(node) !== readBackend(vm, 'diskseq')) taken.push(`${pathOf(vm)}, not open`);
    else if (vm.domain % 2 === 0) {
      const descriptor = openSync(node, 'r+');
      await pause(Math.random() * 200);
      const bytes = Buffer.alloc(4096);
      if (readSync(descriptor, bytes, 0, 4096, 0) !== 4096 || !bytes.equals(beginning))
        taken.push(`${pathOf(vm)}, open`);
      // blkback closes a little after it says so.
      setTimeout(() => closeSync(descriptor), Math.random() * 50);
    }
  };
  const stop = async (vm: Disk) => {
    failures.push(await script(vm, 'remove'));
    deleteBackend(vm);
  };
  /** Does something for each number below a limit, four at a time. */
  const eachOf = (from: number, to: number, action: (number: number, slot: number) => Promise<void>) =>
    Promise.all(
      Array.from({ length: AT_ONCE }, async (_, slot) => {
        for (let number = from + slot; number < to; number += AT_ONCE) await action(number, slot);
      }),
    );
  const cowOf = (name: string) => makeImage(join(template.folder, `${name}-cow.img`), MEBIBYTE);

  const running: Disk[] = [];
  await eachOf(0, TOGETHER, async number => {
    running.push(await start(number, cowOf(`vm${number}`)));
  });
  test.equal(deviceNames().length, TOGETHER + 1, `${TOGETHER} VMs run at once on one shared first layer`);
  await eachOf(0, TOGETHER, async number => {
    const vm = running[number];
    if (vm === undefined) return;
    await look(vm);
    await stop(vm);
  });
  test.same(leftovers(), [], 'nothing is left of them');

  const cows = Array.from({ length: AT_ONCE }, (_, slot) => cowOf(`slot${slot}`));
  await eachOf(TOGETHER, VMS, async (number, slot) => {
    const vm = await start(number, cows[slot] ?? '');
    await look(vm);
    await stop(vm);
  });
  test.equal(started, VMS);
  test.same(
    failures.filter(failure => failure !== ''),
    [],
    'no add and no remove failed, or had anything to say',
  );
  test.same(taken, [], 'no device went under a VM that had been told of it');
  test.same(leftovers(), [], 'nothing is left');
  xenstored.stop();
});
