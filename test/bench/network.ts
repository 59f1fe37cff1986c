// 50 VMs on one base that lies with a server (NBD over loopback inside): their starts, and what comes over the network for the part of the
// disk that each reads then, with nothing between, with a loop device that keeps pages, and with dm-cache.
import { readFileSync } from 'node:fs';
import { loadModules } from '../kernel/guest/filesystems/modules.ts';
import { MEBIBYTE, makeImage, newFolder } from '../kernel/guest/images.ts';
import { cleanupHere } from '../kernel/guest/in-process.ts';
import { planMessage } from '../kernel/guest/kernel-log.ts';
import { connect, setUpNbd, withServer } from '../kernel/guest/network/nbd.ts';
import { blockSnapshot, executable, must, mustCleanup, mustPrepare } from '../kernel/guest/programs.ts';
import { figure, median, timeProgram } from './timing.ts';

const VMS = 50;
const SIZE = 64 * MEBIBYTE;
/** What a VM reads when it starts, from the beginning of its disk on. */
const READ = 8 * MEBIBYTE;

/** Sectors that a device has read, as Documentation/block/stat.rst of the kernel has them. */
function sectorsRead(name: string): number {
  return Number(readFileSync(`/sys/block/${name}/stat`, 'utf8').trim().split(/\s+/)[2]);
}

/** @param base that the VMs lie on */
function starts(title: string, base: string, folder: string): void {
  const before = sectorsRead('nbd0');
  const nodes: string[] = [];
  const times: number[] = [];
  const begun = process.hrtime.bigint();
  for (let number = 0; number < VMS; number++) {
    const cow = makeImage(`${folder}/${number}-cow.img`, MEBIBYTE);
    const started = process.hrtime.bigint();
    const node = must(executable(), 'prepare', 'snapshot', `${base}:${cow}`);
    times.push(Number(process.hrtime.bigint() - started) / 1e6);
    must(
      'dd',
      `if=${node}`,
      'of=/dev/null',
      'bs=1M',
      `count=${READ / MEBIBYTE}`,
      'iflag=direct',
      'status=none',
    );
    nodes.push(node);
  }
  const all = Number(process.hrtime.bigint() - begun) / 1e6;
  const perVm = ((sectorsRead('nbd0') - before) * 512) / VMS / MEBIBYTE;
  console.log(`${title}: ${perVm.toFixed(2)} MiB from the server for each VM`);
  console.log(figure('a prepare (median)', median(times)));
  console.log(figure(`all ${VMS}, each with its ${READ / MEBIBYTE} MiB read`, all));
  for (const node of nodes) cleanupHere('snapshot', node);
}

setUpNbd();
const folder = newFolder();
const image = makeImage(`${folder}/image.img`, SIZE, 'random');
console.log(
  `${VMS} VMs on one NBD base, one after the other; each reads the first ${READ / MEBIBYTE} MiB of its disk`,
);
starts('an image on this machine', image, folder);
withServer([{ name: 'v1', file: image }], () => {
  const base = connect(0, 'v1');
  starts('nothing between', base, folder);
  const loop = must('losetup', '-f', '--show', '-r', base);
  starts('a loop device', loop, folder);
  must('losetup', '-d', loop);
  loadModules('dm-cache', 'dm-cache-smq');
  planMessage('^device-mapper: cache: Origin device .* discard unsupported');
  const [meta, fast] = ['meta', 'fast'].map(name =>
    must('losetup', '-f', '--show', makeImage(`${folder}/${name}.img`, 16 * MEBIBYTE)),
  );
  const table = `0 ${SIZE / 512} cache ${meta} ${fast} ${base} 128 1 writethrough default 0`;
  must('dmsetup', 'create', 'cached', '--table', table);
  for (const round of ['first', 'second'])
    starts(`dm-cache, the ${round} ${VMS}`, '/dev/mapper/cached', folder);
  must('dmsetup', 'remove', '--retry', 'cached');
  for (const one of [meta, fast]) must('losetup', '-d', one ?? '');
});

const ROUNDS = 7;

/** What a command takes while the server answers, and while it is stopped. */
withServer([{ name: 'v1', file: image }], server => {
  const base = connect(0, 'v1');
  const cow = makeImage(`${folder}/own-cow.img`, MEBIBYTE);
  const node = mustPrepare('snapshot', base, cow);
  const commands = [
    ['list'],
    ['list', '--json'],
    ['graph'],
    ['prepare', '--dry-run', 'snapshot', `${base}:${cow}`],
  ];
  const all = () =>
    commands.map(command => median(Array.from({ length: ROUNDS }, () => timeProgram(executable(), command))));
  const before = all();
  server.stop();
  const stopped = all();
  console.log('Commands while the server answers, and while it is stopped (medians)');
  for (const [index, command] of commands.entries())
    console.log(
      `${figure(command.slice(0, 2).join(' '), before[index] ?? Number.NaN)}${(stopped[index] ?? Number.NaN).toFixed(1).padStart(12)} ms`,
    );
  const begun = process.hrtime.bigint();
  mustCleanup('snapshot', node);
  const cleaned = process.hrtime.bigint();
  const { status } = blockSnapshot('prepare', 'snapshot', `${base}:${cow}`);
  const refused = process.hrtime.bigint();
  if (status !== 1) throw new Error('a base whose server is stopped was taken');
  console.log(figure('cleanup, while it is stopped', Number(cleaned - begun) / 1e6));
  console.log(figure('prepare, refused after 3 s', Number(refused - cleaned) / 1e6));
});
