import { readFileSync } from 'node:fs';
import { Refusal } from '../../words/refusal.ts';
import { systemErrorText } from '../../words/system-error-text.ts';

/** A PCI device's address: hexadecimal, without 0x. */
export interface PciDevice {
  segment: string;
  bus: string;
  device: string;
  function: string;
}

/** One device, or a bridge and what is behind it, as often as there are bridges: 00_1f.2, 0001_03_00.0, 00_1c.0-00_00.0. */
const STEP = '([0-9a-f]{2})_([0-9a-f]{2})\\.([0-7])';
const PORT = new RegExp(`^(?:([0-9a-f]{4,8})_)?${STEP}((?:-${STEP})*)$`);

const DEVICES = '/sys/bus/pci/devices';

/**
 * The address behind qubes' name of a PCI device. From R4.3 on a device behind a bridge is named by the way
 * to it, as bus numbers change with what is plugged in: the kernel knows the number of today. `devices` is
 * sysfs' folder of PCI devices.
 * @throws Refusal for a name of another form, and for a bridge that the host does not have
 */
export function pciDeviceOf(port: string, vmName: string, devices: string = DEVICES): PciDevice {
  const match = PORT.exec(port);
  if (match === null) {
    throw new Refusal(
      `VM ${vmName}, PCI device ${JSON.stringify(port)}: is not of the form BB_DD.F (bus, device, function)`,
    );
  }
  const [, segment = '0000', bus = '', device = '', func = '', rest = ''] = match;
  let found: PciDevice = { segment, bus, device, function: func };
  for (const [, offset = '', behind = '', which = ''] of rest.matchAll(new RegExp(STEP, 'g'))) {
    const secondary = secondaryBus(found, { port, vmName, devices });
    const number = secondary + Number.parseInt(offset, 16);
    found = { segment, bus: number.toString(16).padStart(2, '0'), device: behind, function: which };
  }
  return found;
}

/** The number of the bus behind a bridge. */
function secondaryBus(
  bridge: PciDevice,
  { port, vmName, devices }: { port: string; vmName: string; devices: string },
): number {
  const path = `${devices}/${bridge.segment}:${bridge.bus}:${bridge.device}.${bridge.function}/secondary_bus_number`;
  let text: string;
  try {
    text = readFileSync(path, 'latin1').trim();
  } catch (error) {
    throw new Refusal(`VM ${vmName}, PCI device ${port}: ${path}: ${systemErrorText(error)}`);
  }
  if (!/^\d{1,3}$/.test(text)) {
    throw new Refusal(`VM ${vmName}, PCI device ${port}: ${path}: is not a bus number`);
  }
  return Number(text);
}
