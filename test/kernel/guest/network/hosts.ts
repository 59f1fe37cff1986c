// Two hosts on the same exports: each has devices of its own for every version, and VMs of its own, which start and stop in random order.
import t from 'tap';
import { check } from '../checks.ts';
import { hashOf, MEBIBYTE, makeImage, readAt, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { named } from './names.ts';
import { connect, withServer } from './nbd.ts';
import { randomBelow } from './random.ts';

const STEPS = Number(process.env['STARTS'] ?? 100);
const SIZE = MEBIBYTE;
const BLOCK = 4096;

interface Vm {
  base: string;
  cow: string;
  /** What it has to read: its version's bytes, and what it wrote. */
  expected: Buffer;
  node: string | undefined;
}

check(
  `two hosts on one base: ${STEPS} random starts and stops, and each VM reads its own version's bytes`,
  (test, template) => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    t.comment(`SEED=${seed}`);
    const below = randomBelow(seed);
    const files = ['v1', 'v2'].map(version => makeImage(`${template.folder}/${version}.img`, SIZE, 'random'));
    const hashes = files.map(hashOf);
    withServer(
      files.map((file, index) => ({ name: `v${index + 1}`, file })),
      () => {
        const vms: Vm[] = ['a', 'b'].flatMap((host, place) =>
          files.flatMap((file, index) => {
            const base = named(`${host}@v${index + 1}`, connect(2 * place + index, `v${index + 1}`));
            return [1, 2].map(number => ({
              base,
              cow: makeImage(`${template.folder}/${host}-${index}-${number}-cow.img`, SIZE),
              expected: readAt(file, 0, SIZE),
              node: undefined,
            }));
          }),
        );
        const reads = (vm: Vm, what: string) =>
          test.ok(vm.node !== undefined && readAt(vm.node, 0, SIZE).equals(vm.expected), `${vm.cow} ${what}`);
        for (let step = 0; step < STEPS; step++) {
          const vm = vms[below(vms.length)];
          if (vm === undefined) continue;
          if (vm.node === undefined) {
            vm.node = prepareHere('snapshot', vm.base, vm.cow);
            reads(vm, 'has started');
          } else {
            const at = BLOCK * below(SIZE / BLOCK);
            writeRandomAt(vm.node, at, BLOCK).copy(vm.expected, at);
            reads(vm, 'is about to stop');
            cleanupHere('snapshot', vm.node);
            vm.node = undefined;
          }
        }
        for (const vm of vms) {
          if (vm.node === undefined) continue;
          reads(vm, 'runs at the end');
          cleanupHere('snapshot', vm.node);
        }
        test.same(files.map(hashOf), hashes, 'no version was written');
      },
    );
  },
);
