import { host } from '../../host/host.ts';
import { printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';

/** A disk of a VM: what libxl calls a hotplug script for. */
export interface Attachment {
  /** The backend's path in xenstore, relative to the own domain: backend/vbd/DOMAIN/DEVICE. */
  path: string;
  /** The number of the domain whose disk it is. */
  domain: string;
  /** What its records are called: the path with - for /. No part of a path has a - in it, so no two are called the same. */
  key: string;
}

/** What the name of an attachment in the records says. */
export interface AttachmentName {
  /** What backends of one kind share: backend-vbd. */
  kind: string;
  /** The number of the domain whose disk it is. */
  domain: string;
  /** The number of the disk in the VM, such as 51712. */
  disk: string;
}

const KEY = /^(.+)-(\d{1,10})-(\d{1,10})$/;

/** Reads the key of an attachment; undefined when it is none. */
export function parseAttachmentKey(key: string): AttachmentName | undefined {
  const [, kind = '', domain = '', disk = ''] = KEY.exec(key) ?? [];
  return kind === '' ? undefined : { kind, domain, disk };
}

const LONGEST_PATH = 200;
const PATH = /^\/?(?:[A-Za-z0-9_]+\/)+(\d{1,10})\/\d{1,10}$/;

/**
 * The attachment that the environment names.
 * @throws Refusal when XENBUS_PATH is missing or is not the path of a backend
 */
export function attachmentFromEnvironment(): Attachment {
  const path = host.environment('XENBUS_PATH');
  if (path === undefined || path === '')
    throw new Refusal("XENBUS_PATH is not set: add and remove are for libxl to call, as a disk's script");
  const domain = path.length <= LONGEST_PATH ? PATH.exec(path)?.[1] : undefined;
  if (domain === undefined)
    throw new Refusal(
      `XENBUS_PATH ${printable(path)} is not the path of a backend, such as backend/vbd/5/51712`,
    );
  return { path, domain, key: path.replaceAll('/', '-') };
}
