// What the layer inside a VM costs: the initramfs' size, and a VM's time from the kernel's start to the root filesystem's first
// process, against the same initramfs without it. In turn; medians.
import { statSync } from 'node:fs';
import { type Flavour, VmLab } from '../vm-layer/vm.ts';
import { median } from './timing.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
const UP = "echo time $(awk '{ print $1 }' /proc/uptime)\n";
const QUIET = 'quiet panic=0 rd.shell=0 systemd.show_status=no ro';
const ASKS = `${QUIET} root=/dev/mapper/dmroot dmroot.root=ubda dmroot.volatile=ubdb dmroot.swap=64M`;

for (const flavour of ['initramfs-tools', 'dracut'] satisfies Flavour[]) {
  const [bare, layered] = [new VmLab(flavour, 'without'), new VmLab(flavour)];
  const grown = statSync(layered.initramfs).size - statSync(bare.initramfs).size;
  const root = `${layered.root('whole')}:r`;
  const times = { bare: [] as number[], layered: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const disks = [root, layered.disk('volatile.img', 300)];
    times.bare.push(Number(bare.boot(`${QUIET} root=/dev/ubda`, disks, UP).answers.get('time')));
    times.layered.push(Number(layered.boot(ASKS, disks, UP).answers.get('time')));
  }
  const [without, withLayer] = [median(times.bare), median(times.layered)];
  process.stdout.write(
    `${flavour}: initramfs ${(grown / 1e6).toFixed(2)} MB larger; start ${without.toFixed(2)} s without, ` +
      `${withLayer.toFixed(2)} s with the layer: ${(withLayer - without).toFixed(2)} s more\n`,
  );
}
