import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { Refusal } from '../../words/refusal.ts';
import { systemErrorText } from '../../words/system-error-text.ts';

/** A PCI device's address: hexadecimal, without 0x. */
export interface PciAddress {
  segment: string;
  bus: string;
  device: string;
  function: string;
}

/** Sysfs' folder of PCI devices. */
export const PCI_DEVICES = '/sys/bus/pci/devices';

/** The first byte of the class of graphics cards. */
const DISPLAY = '03';

/** The host's PCI slots and the devices in them, as sysfs has them. Nothing in a slot, or no such slot, is undefined. */
export class PciSlots {
  readonly #folder: string;

  constructor(folder: string = PCI_DEVICES) {
    this.#folder = folder;
  }

  /**
   * What qubesd knows a device by wherever it is plugged in: `0x10de:0x9999::p030000`, its vendor, product and class (it
   * has no serial number).
   */
  identityAt(address: PciAddress): string | undefined {
    const [vendor, product, kind] = ['vendor', 'device', 'class'].map(file => this.#number(address, file));
    if (vendor === undefined || product === undefined || kind === undefined) return undefined;
    return `${vendor}:${product}::p${kind.slice(2)}`;
  }

  /** Whether a graphics card is in the slot. */
  isDisplayAt(address: PciAddress): boolean {
    return this.#number(address, 'class')?.slice(2, 4) === DISPLAY;
  }

  /** All devices of that identity, by their addresses. */
  withIdentity(identity: string): PciAddress[] {
    return this.#addresses().filter(address => this.identityAt(address) === identity);
  }

  /**
   * The number of the bus behind a bridge.
   * @throws Refusal for what is not a number
   */
  busBehind(bridge: PciAddress): number | undefined {
    const text = this.#text(bridge, 'secondary_bus_number');
    if (text === undefined) return undefined;
    if (/^\d{1,3}$/.test(text)) return Number(text);
    throw new Refusal(`${this.path(bridge, 'secondary_bus_number')}: is not a bus number`);
  }

  path({ segment, bus, device, function: which }: PciAddress, file: string): string {
    return `${this.#folder}/${segment}:${bus}:${device}.${which}/${file}`;
  }

  #addresses(): PciAddress[] {
    let names: string[];
    try {
      names = addon().listFolder(this.#folder).sort();
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return [];
      throw new Refusal(`${this.#folder}: cannot be read: ${systemErrorText(error)}`);
    }
    return names.flatMap(name => {
      const match = /^([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/.exec(name);
      const [, segment = '', bus = '', device = '', which = ''] = match ?? [];
      return match === null ? [] : [{ segment, bus, device, function: which }];
    });
  }

  /** A number in hexadecimal with its 0x, as sysfs writes it. */
  #number(address: PciAddress, file: string): string | undefined {
    const text = this.#text(address, file);
    if (text === undefined || /^0x[0-9a-f]+$/.test(text)) return text;
    throw new Refusal(`${this.path(address, file)}: is not a number of a PCI device`);
  }

  #text(address: PciAddress, file: string): string | undefined {
    const path = this.path(address, file);
    try {
      return addon().readText(path)?.trim();
    } catch (error) {
      if (isSystemError(error, 'ENOTDIR')) return undefined;
      throw new Refusal(`${path}: cannot be read: ${systemErrorText(error)}`);
    }
  }
}
