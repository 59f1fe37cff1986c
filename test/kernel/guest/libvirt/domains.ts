import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { executable, must, PROJECT } from '../programs.ts';
import { mustVirsh } from './daemon.ts';

/** The example of the documentation, where root trusts it: a project may belong to somebody else. */
const TEMPLATES = '/run/templates';
cpSync(join(PROJECT, 'docs/examples/qemu'), TEMPLATES, { recursive: true });
must('chown', '-R', 'root:root', TEMPLATES);
must('chmod', '-R', 'go-w', TEMPLATES);

export interface TestDisk {
  prepare: 'snapshot' | 'origin' | 'reflink' | null;
  path: string;
  rw?: boolean;
}

let numbers = 0;

/**
 * Writes the description of a VM.
 * @param more what else it says, as which kernel it boots
 * @returns the options for domain-xml that name it
 */
export function describeVm(name: string, disks: TestDisk[], memory = 16, more: object = {}): string[] {
  numbers += 1;
  const file = `/run/${name}-${numbers}.json`;
  const vm = {
    name,
    uuid: uuidOf(name),
    accelerator: 'qemu',
    virt_mode: 'hvm',
    ...more,
    memory,
    maxmem: 0,
    vcpus: 1,
    features: {},
    devices: {},
    app: { host: { cpu_family_model: [6, 85] }, domains: [{ name: 'dom0', features: {} }] },
    block_devices: disks.map(({ prepare, path, rw = true }, index) => ({
      name: `disk${index}`,
      path,
      rw,
      devtype: 'disk',
      domain: null,
      script: null,
      prepare,
    })),
  };
  writeFileSync(file, JSON.stringify(vm));
  return ['--vm', file, '--templates', TEMPLATES];
}

/** Defines a domain with virsh alone, from what the template gives. */
export function defineQuickly(name: string, ...disks: TestDisk[]): void {
  const file = `/run/${name}.xml`;
  must(executable('domain-xml'), 'render', name, ...describeVm(name, disks), '--output', file);
  mustVirsh('define', file);
}

/**
 * What virsh save makes of a domain, as far as libvirt reads it before it asks the hooks: its header (struct
 * _virQEMUSaveHeader of qemu_saveimage.h) and the XML. Really saving one takes a minute in here.
 */
export function savedImage(name: string): string {
  const xml = Buffer.from(`${mustVirsh('dumpxml', name)}\0`);
  const header = Buffer.alloc(92);
  header.write('LibvirtQemudSave');
  header.writeUInt32LE(2, 16);
  header.writeUInt32LE(xml.length, 20);
  const path = `/run/${name}.save`;
  writeFileSync(path, Buffer.concat([header, xml]));
  return path;
}

/** Always the same for a name. */
export function uuidOf(name: string): string {
  return `00000000-0000-4000-8000-${Buffer.from(name.padEnd(6).slice(0, 6)).toString('hex')}`;
}
