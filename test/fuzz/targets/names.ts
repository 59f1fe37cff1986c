// Names of devices, of versions and of disks' records: whatever lies in a folder, or is called so by device-mapper.
import '../made-up-host.ts';
import { mayNameDeviceOf, parseRecordedNode } from '../../../src/claims/recorded-node.ts';
import { deviceName, parseDeviceName } from '../../../src/devices/plan/device-names.ts';
import type { ImageKey } from '../../../src/devices/plan/image-key.ts';
import { imageOfDirty, parseVersionName, reflinkFiles } from '../../../src/devices/plan/reflink-names.ts';
import { parseLibvirtKey } from '../../../src/libvirt/attachments.ts';
import { parseAttachmentKey } from '../../../src/xen/hotplug/attachment.ts';
import { must } from '../oracle.ts';
import { oneOf } from '../pieces.ts';

export const fuzz = oneOf([device, version, record, keys, clone]);

function device(name: string): void {
  const identity = parseDeviceName(name);
  if (identity !== undefined)
    must(deviceName(identity) === name, 'a name that was read is printed as it was');
}

function version(name: string): void {
  const found = parseVersionName('/v/root.img', name);
  if (found === undefined) return;
  const { number, time } = found;
  must(
    name === `root.img.${number ?? ''}${name.includes('@') ? '@' : ''}${time}Z`,
    'nothing else is in the name of a version',
  );
}

function record(text: string): void {
  const found = parseRecordedNode(text);
  const key = 'fd01:2a' as ImageKey;
  if (found.kind !== 'ours') return;
  must(
    text === `${found.device.node}\n` ||
      text.trimEnd() === found.device.name ||
      text.trimEnd() === found.device.node,
    'a record is of the device that it names',
  );
  if (found.device.identity.base === key)
    must(mayNameDeviceOf(text, key), 'what names a device of a base may name one');
}

function keys(text: string): void {
  const xen = parseAttachmentKey(text);
  const libvirt = parseLibvirtKey(text);
  must(xen === undefined || libvirt === undefined, 'a record is one of libvirt or one of Xen');
  if (libvirt !== undefined)
    must(text === `libvirt-${libvirt.driver}-${libvirt.uuid}-${libvirt.target}`, 'all of a key is read');
  if (xen !== undefined) must(text === `${xen.kind}-${xen.domain}-${xen.disk}`, 'all of a key is read');
}

function clone(path: string): void {
  const files = reflinkFiles(path);
  if (files === undefined) return;
  must(imageOfDirty(files.dirty) === path, "a dirty image leads back to its disk's");
  must(new Set(Object.values(files)).size === 3, 'three files have three names');
}
