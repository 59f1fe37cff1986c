import { Refusal } from '../../words/refusal.ts';
import { type PciAddress, PciSlots } from './pci-slots.ts';
import { ANY_IDENTITY, ANY_PORT } from './values.ts';
import type { DeviceAssignment } from './vm-data.ts';

/** A device that the host does not have; one that a VM can do without is left out. */
class MissingDevice extends Refusal {}

/** One device, or a bridge and what is behind it, as often as there are bridges: 00_1f.2, 0001_03_00.0, 00_1c.0-00_00.0. */
const STEP = '([0-9a-f]{2})_([0-9a-f]{2})\\.([0-7])';
const PORT = new RegExp(`^(?:([0-9a-f]{4,8})_)?${STEP}((?:-${STEP})*)$`);

/**
 * The address behind qubes' name of a PCI device. From R4.3 on a device behind a bridge is named by the way
 * to it, as bus numbers change with what is plugged in: the kernel knows the number of today.
 * @throws Refusal for a name of another form, and for a bridge that the host does not have
 */
export function pciAddressOf(port: string, vmName: string, slots: PciSlots = new PciSlots()): PciAddress {
  const where = `VM ${vmName}, PCI device ${port}`;
  const match = PORT.exec(port);
  if (match === null) {
    throw new MissingDevice(
      `VM ${vmName}, PCI device ${JSON.stringify(port)}: is not of the form BB_DD.F (bus, device, function)`,
    );
  }
  const [, segment = '0000', bus = '', device = '', func = '', rest = ''] = match;
  let found: PciAddress = { segment, bus, device, function: func };
  for (const [, offset = '', behind = '', which = ''] of rest.matchAll(new RegExp(STEP, 'g'))) {
    const secondary = slots.busBehind(found);
    if (secondary === undefined) {
      throw new MissingDevice(
        `${where}: there is no ${slots.path(found, 'secondary_bus_number')}: this machine has no such bridge`,
      );
    }
    const number = secondary + Number.parseInt(offset, 16);
    found = { segment, bus: number.toString(16).padStart(2, '0'), device: behind, function: which };
  }
  return found;
}

/**
 * The devices that an assignment comes to: one, or for one that goes by what the device is (R4.3), all of these. What a VM
 * can start without may be none.
 * @throws Refusal where a required one is not there, or another is in its slot
 */
export function assignedPciDevices(
  { port, identity, required }: DeviceAssignment,
  vmName: string,
  slots: PciSlots,
): PciAddress[] {
  try {
    if (port === ANY_PORT) return identity === ANY_IDENTITY ? [] : wherever(identity, vmName, slots);
    const address = pciAddressOf(port, vmName, slots);
    if (identity !== ANY_IDENTITY) requireIdentity(address, { port, identity, vmName, slots });
    return [address];
  } catch (error) {
    if (!required && error instanceof MissingDevice) return [];
    throw error;
  }
}

function wherever(identity: string, vmName: string, slots: PciSlots): PciAddress[] {
  const found = slots.withIdentity(identity);
  if (found.length > 0) return found;
  throw new MissingDevice(`VM ${vmName}, PCI device ${identity}: is in no slot of this machine`);
}

function requireIdentity(
  address: PciAddress,
  { port, identity, vmName, slots }: { port: string; identity: string; vmName: string; slots: PciSlots },
): void {
  const there = slots.identityAt(address);
  if (there === identity) return;
  const instead = there === undefined ? 'nothing' : there;
  throw new MissingDevice(
    `VM ${vmName}, PCI device ${port}: is assigned as ${identity}, and in that slot is ${instead}: put it back, or assign what is there`,
  );
}
