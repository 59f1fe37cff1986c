// How large a VM's volatile disk has to be: what dom0 says, and what the VM's own layer reckons with.
import { execFileSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { bytes } from '../../src/devices/plan/units.ts';
import { volatileSize } from '../../src/devices/plan/volatile-size.ts';
import { PROJECT, runAs } from './executable.ts';

const MEBIBYTE = 1024 ** 2;
const ROOTS = [1, 32, 100, 1018, 1019, 1020, 1023, 2042, 2043, 10_240, 65_536, 1_048_576];

/** Runs functions of the layer in the shell, as the initramfs does. */
function layer(script: string): string {
  const parts = ['words', 'store', 'bytes'].map(name => `. '${join(PROJECT, 'etc/vm', name)}.sh'`).join('; ');
  return execFileSync('sh', ['-c', `set -u; ${parts}; ${script}`], { encoding: 'utf8' }).trimEnd();
}

/** A volatile disk's store for a root, without swap and table, in MiB. */
const storeFor = (root: number) => volatileSize(bytes(root * MEBIBYTE), bytes(0)) / MEBIBYTE - 1;

t.test('the layer inside the VM reckons as dom0 does', async t => {
  const inside = layer(`for root in ${ROOTS.join(' ')}; do needed_for $root; echo $needed; done`);
  t.same(inside.split('\n').map(Number), ROOTS.map(storeFor));
});

t.test('a disk of that size takes the whole root, and one of 1 MiB less does not', async t => {
  const stores = ROOTS.flatMap(root => [storeFor(root), storeFor(root) - 1]);
  const metadata = layer(`for size in ${stores.join(' ')}; do metadata_for $size; echo $metadata; done`)
    .split('\n')
    .map(Number);
  const data = stores.map((store, index) => store - (metadata[index] ?? 0));
  ROOTS.forEach((root, index) => {
    t.ok((data[2 * index] ?? 0) >= root, `${root} MiB`);
    t.ok((data[2 * index + 1] ?? root) < root, `${root} MiB, with one less`);
  });
});

t.test('a root that is no whole number of MiB counts as the next, and so does swap', async t => {
  const whole = volatileSize(bytes(100 * MEBIBYTE), bytes(64 * MEBIBYTE));
  t.equal(volatileSize(bytes(99 * MEBIBYTE + 1), bytes(63 * MEBIBYTE + 1)), whole);
  t.equal(whole, (1 + 64 + 100 + 4 + 1) * MEBIBYTE);
});

t.test('block-snapshot volatile says it of an image', async t => {
  const image = join(t.testdir(), 'root.img');
  writeFileSync(image, '');
  truncateSync(image, 10 * 1024 * MEBIBYTE);
  const { stdout } = runAs('block-snapshot', 'volatile', image);
  t.equal(
    stdout,
    `${image} has 10.0 GiB: with 1.0 GiB of swap, all of it can be written where the volatile disk has 11.0 GiB ` +
      '(11827937280 bytes; a sparse file takes what is written)\n',
  );
  const json = runAs('block-snapshot', 'volatile', image, '--swap', '512M', '--json');
  t.same(JSON.parse(json.stdout), {
    image,
    root: 10 * 1024 * MEBIBYTE,
    swap: 512 * MEBIBYTE,
    volatile: 11_827_937_280 - 512 * MEBIBYTE,
  });
});

t.test('a swap that is no size is wrong usage, and an image that is not there is named', async t => {
  for (const swap of ['', '1X', '-1', '010M', '1.5G', '1GiB'])
    t.match(runAs('block-snapshot', 'volatile', '/none.img', `--swap=${swap}`), {
      status: 2,
      stderr: /^block-snapshot: --swap is no size, as 512M or 2G: usage: .*\n$/,
    });
  t.match(runAs('block-snapshot', 'volatile', '/none.img'), { status: 1, stderr: /\/none\.img/ });
});

t.test('the layer writes a partition table and a swap area that others can read', async t => {
  const folder = t.testdir();
  const disk = join(folder, 'disk');
  const swap = join(folder, 'swap');
  layer(`swap=64 number=2 rest=30 per_mebibyte=2048; partition_table; printf "$bytes" >'${disk}'
swap_header; printf "$bytes" >'${swap}'`);
  const table = readFileSync(disk);
  t.equal(table.length, 512);
  t.equal(table.readUInt16LE(510), 0xaa55);
  const entry = (place: number) => {
    const at = 446 + 16 * place;
    return [table[at + 4], table.readUInt32LE(at + 8), table.readUInt32LE(at + 12)];
  };
  t.same([0, 1, 2, 3].map(entry), [
    [0x82, 2048, 64 * 2048],
    [0x83, 65 * 2048, 30 * 2048],
    [0, 0, 0],
    [0, 0, 0],
  ]);
  const header = readFileSync(swap);
  t.equal(header.length, 4096);
  t.equal(header.toString('latin1', 4086), 'SWAPSPACE2');
  t.same(
    [1024, 1028, 1032].map(at => header.readUInt32LE(at)),
    [1, 64 * 256 - 1, 0],
  );
});
