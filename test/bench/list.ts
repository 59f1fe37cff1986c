// How long list takes where there is much to see, against the programs that show the same raw: medians, one boot.
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { writeRecord } from '../../src/claims/records.ts';
import { parseNode } from '../../src/devices/request/node-request.ts';
import { withXenstore } from '../../src/xen/xenstore/store.ts';
import { MEBIBYTE, makeImage, newFolder } from '../kernel/guest/images.ts';
import { cleanupHere, prepareHere } from '../kernel/guest/in-process.ts';
import { executable } from '../kernel/guest/programs.ts';
import { deviceNames, loopDevices, takeAllDown } from '../kernel/guest/state.ts';
import { RunningServer } from '../xenstore/running-server.ts';
import { figure, median, timeProgram } from './timing.ts';

process.env['DM_DISABLE_UDEV'] = '1';

const ROUNDS = 15;
const TEMPLATES = 50;
const VMS = 500;

/** @returns the nodes of the VMs' disks */
function makeDevices(): string[] {
  const nodes: string[] = [];
  for (let template = 0; template < TEMPLATES; template++) {
    const folder = newFolder();
    const root = makeImage(join(folder, 'root.img'), MEBIBYTE);
    for (let vm = 0; vm < VMS / TEMPLATES; vm++)
      nodes.push(
        prepareHere(
          'snapshot',
          root,
          join(folder, 'root-cow.img'),
          makeImage(join(folder, `${vm}.img`), MEBIBYTE),
        ),
      );
  }
  return nodes;
}

/** Each in its turn, so that what else the machine does hits all alike. @returns milliseconds, by the first parameter */
function medians(commands: readonly (readonly [string, ...string[]])[]): number[] {
  const times = commands.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, [program, ...parameters]] of commands.entries())
      times[index]?.push(timeProgram(program, parameters));
  return times.map(median);
}

const nodes = makeDevices();
console.log(
  `list with ${TEMPLATES} templates and ${VMS} VMs (${deviceNames().length} devices, ${loopDevices().length} loop devices), medians of ${ROUNDS}:`,
);
const commands = [
  [executable(), 'list'],
  [executable(), 'list', '--json'],
  ['dmsetup', 'table'],
  ['losetup', '-a'],
  [executable(), '--version'],
] as const;
const [list = 0, json = 0, table = 0, loops = 0, empty = 0] = medians(commands);
console.log(figure('block-snapshot list', list));
console.log(figure('block-snapshot list --json', json));
console.log(figure('block-snapshot --version', empty));
console.log(figure('dmsetup table', table));
console.log(figure('losetup -a', loops));
const ratio = (milliseconds: number) => (milliseconds / (table + loops)).toFixed(2).padStart(8);
console.log(`  ${'list, part of dmsetup table and losetup -a'.padEnd(44)}${ratio(list)} (at most 2)`);
console.log(`  ${'list --json, the same'.padEnd(44)}${ratio(json)}`);

const xenstored = await RunningServer.start('/run/xenstored.socket');
process.env['XENSTORED_PATH'] = xenstored.socket;
const opened: number[] = [];
for (const [index, node] of nodes.entries()) {
  opened.push(openSync(node, 'r'));
  writeRecord(`backend-vbd-${index + 1}-51712`, { parameters: 'BASE:COW', device: parseNode(node) });
  withXenstore(store => store.write(`/local/domain/${index + 1}/name`, `vm-${index + 1}`));
}
const [used = 0] = medians([[executable(), 'list']]);
console.log(figure('list, every VM recorded, named and open', used));
xenstored.stop();
for (const descriptor of opened) closeSync(descriptor);
for (const node of nodes) cleanupHere('snapshot', node);
takeAllDown();
process.exit(0);
