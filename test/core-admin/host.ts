import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A PCI device by its address, with vendor, product and class as sysfs has them, and the number behind it of a bridge. */
export interface Card {
  /** As 0000:01:00.0; behind bridges, these with slashes between: 0000:00:1c.0/0000:01:00.0. */
  way: string;
  vendor: string;
  product: string;
  kind: string;
  bus?: number;
}

/** Makes the part of sysfs in which both look for PCI devices. Gives the folder that stands for /sys. */
export function makeSysfs(folder: string, cards: readonly Card[]): string {
  const sys = join(folder, 'sys');
  for (const { way, vendor, product, kind, bus } of cards) {
    const address = way.split('/').at(-1) ?? '';
    const root = `pci${way.slice(0, 7)}`;
    const place = join('devices', root, way);
    mkdirSync(join(sys, place), { recursive: true });
    mkdirSync(join(sys, 'bus/pci/devices'), { recursive: true });
    symlinkSync(join('../../..', place), join(sys, 'bus/pci/devices', address));
    const files: Record<string, string> = { vendor, device: product, class: kind };
    if (bus !== undefined) files['secondary_bus_number'] = String(bus);
    for (const [name, text] of Object.entries(files)) {
      const path = join(sys, 'bus/pci/devices', address, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${text}\n`);
    }
  }
  return sys;
}
