// The power fails while a command runs: the disk is as it was at some point of all that has reached it; devices, and what is in memory, are gone.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { deleteBackends } from '../../kernel/guest/hotplug/disks.ts';
import { MEBIBYTE, makeImage } from '../../kernel/guest/images.ts';
import { BOOT } from '../../kernel/guest/life-crashes/recorded-disk.ts';
import { parseWriteLog, replay } from '../../kernel/guest/life-crashes/write-log.ts';
import { kernel, must, run } from '../../kernel/guest/programs.ts';
import { deviceNames, loopDevices, removeByForce } from '../../kernel/guest/state.ts';
import { cloneOf } from '../model/files.ts';
import type { Host } from '../model/host.ts';
import type { Plan } from '../operations/plan.ts';
import { stopped } from '../operations/vms.ts';
import { FILESYSTEM_DEVICE } from '../real/filesystem.ts';
import { doPlan, IN_PROCESS } from '../real/stage.ts';
import type { Scene } from '../story/scene.ts';

const LOG = '/run/lab/chaos-log';
const LOG_SIZE = 96 * MEBIBYTE;

/** Does what a plan says until the power fails, and starts the machine anew. @param at in thousandths of what reaches the disk */
export async function cutPower(
  at: number,
  plan: Plan,
  host: Host,
  { filesystem, story }: Scene,
): Promise<void> {
  makeImage(LOG, LOG_SIZE);
  const log = must('losetup', '-f', '--show', LOG);
  filesystem.record(log);
  const disk = readFileSync(filesystem.image);
  filesystem.goOn();
  filesystem.mark('begin');
  await doPlan(plan, story, IN_PROCESS);
  filesystem.mark('done');
  takeAllDown(host);
  filesystem.unmount();
  const entries = parseWriteLog(readFileSync(LOG));
  must('losetup', '-d', log);
  rmSync(LOG);
  const end = entries.findIndex(entry => entry.kind === 'mark' && entry.name === 'done');
  if (end < 0) throw new Error('the recording is not whole');
  for (const entry of entries.slice(0, Math.round((end * at) / 1000))) replay(disk, entry);
  writeFileSync(filesystem.image, disk);
  startAnew(host);
  // Its journal is read by the first mount.
  filesystem.mount();
  filesystem.unmount();
  filesystem.check();
  filesystem.mount();
  // What VMs had that are clones is of no use any more: the next start makes it anew, and who has no VM there removes it.
  for (const vm of host.vms)
    for (const path of [cloneOf(host, vm), cloneOf(host, vm).replace(/\.img$/, '-dirty.img')]) {
      story.tell(`rm -f ${path}`);
      rmSync(path, { force: true });
    }
}

/** Takes every device down by force, and looks at none; what is in memory of them goes too. */
export function takeAllDown({ folder }: Host): void {
  removeByForce(() => deviceNames().filter(name => name !== FILESYSTEM_DEVICE));
  for (const { name, file } of loopDevices())
    if (file.startsWith(`${folder}/`)) must('losetup', '-d', `/dev/${name}`);
  for (const name of readdirSync('/dev/mapper'))
    if (name !== 'control' && kernel.deviceTable(name) === null)
      rmSync(`/dev/mapper/${name}`, { force: true });
  for (const path of ['/run/block-snapshot', '/run/xen-hotplug'])
    rmSync(path, { recursive: true, force: true });
  deleteBackends();
}

function startAnew(host: Host): void {
  for (const [index, [path, text]] of Object.entries(BOOT).entries()) {
    writeFileSync(`/run/lab/boot-${index}`, text());
    run('umount', [path]);
    must('mount', '--bind', `/run/lab/boot-${index}`, path);
  }
  for (const template of host.templates) template.run = undefined;
  for (const vm of host.vms) if (vm.run !== undefined) stopped(host, vm);
  host.layers = [];
}
