import { ABANDONED, recordFiles } from '../claims/claims.ts';
import { host } from '../host/host.ts';
import type { Driver } from './hook-call.ts';

/** The disks of one domain that are recorded: what their records are called, and their targets. */
export interface DomainAttachment {
  key: string;
  target: string;
}

/**
 * What the records of a disk are called: libvirt-DRIVER-UUID-TARGET. Those of Xen's disks begin with another word and
 * end with a number, so neither is taken for the other.
 */
export function attachmentKey(driver: Driver, uuid: string, target: string): string {
  return `${prefixOf(driver, uuid)}${target}`;
}

/** What the name of a disk's records says. */
export interface AttachmentName {
  driver: Driver;
  /** Of the domain. */
  uuid: string;
  target: string;
}

const KEY = /^libvirt-(qemu|libxl)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([A-Za-z][A-Za-z0-9_]*)$/;

/** Reads the key of an attachment; undefined when it is none of libvirt's. */
export function parseLibvirtKey(key: string): AttachmentName | undefined {
  const [, driver = '', uuid = '', target = ''] = KEY.exec(key) ?? [];
  return driver === '' ? undefined : { driver: driver as Driver, uuid, target };
}

/** The disks of a domain that were made and not yet taken down; also those of which a killed call has left a part of the record. */
export function attachmentsOf(driver: Driver, uuid: string): DomainAttachment[] {
  const prefix = prefixOf(driver, uuid);
  const targets = recordFiles()
    .filter(name => name.startsWith(prefix))
    // There is no dash in a target.
    .map(name => name.slice(prefix.length).replace(/-.*$/, ''));
  return [...new Set(targets)].map(target => ({ key: prefix + target, target }));
}

function prefixOf(driver: Driver, uuid: string): string {
  return `libvirt-${driver}-${uuid}-`;
}

/**
 * What the record of a disk is called from when its domain has stopped while something else had its device open: no
 * start of a domain makes one of that name.
 */
export function abandonedKey(target: string): string {
  return `${ABANDONED}${host.processId}-${Date.now()}-${target}`;
}
