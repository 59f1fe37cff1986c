// The layer inside a VM of QEMU, on disks that libvirt's hook makes: in the lab's machine, with what is made here. With `full` as its
// parameter one start is not all (make test-long).
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { onKernel } from '../kernel/lab.ts';
import { PROJECT } from '../unit/executable.ts';

// libvirtd has folders of its own over those where temporary files are.
const folder = mkdtempSync(join(PROJECT, 'build/libvirt-layer-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const make = (script: string, ...parameters: string[]) =>
  execFileSync(join(PROJECT, 'test/vm-layer/lab', script), parameters, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();

const kernel = make('debian-kernel.sh');
copyFileSync(join(kernel, 'vmlinux'), join(folder, 'vmlinux'));
for (const flavour of process.argv[2] === 'full' ? ['initramfs-tools', 'dracut'] : ['initramfs-tools']) {
  const file = join(folder, flavour);
  make('initramfs.sh', flavour, 'with', file, 'bookworm', join(kernel, 'lib/modules'));
  // An emulated processor would unpack it at each start.
  writeFileSync(file, gunzipSync(readFileSync(file)));
}
make('root-image.sh', join(folder, 'root.img'), 'whole');
onKernel(
  'the layer inside domains of libvirtd and QEMU',
  ['--minutes', '20'],
  'libvirt-layer.js',
  folder,
  ...process.argv.slice(2),
);
