import type { Access } from '../claims/sharing.ts';
import { isDeviceType, isReflinkType, NO_TYPE } from '../devices/request/device-types.ts';
import { parseReflinkRequest, type ReflinkRequest } from '../devices/request/reflink-request.ts';
import { parseStackRequest, type StackRequest } from '../devices/request/stack-request.ts';
import { printable } from '../words/printable.ts';
import { Refusal } from '../words/refusal.ts';
import { type Document, type Element, parseDocument, XmlProblem } from '../xml/document.ts';
import { NAMESPACE, NAMESPACE_FAMILY } from './namespace.ts';

/** A device that a domain's metadata asks for. */
export interface WantedDevice {
  /** The disk's target, as `xvda`. */
  target: string;
  /** BASE:COW[:COW2…], or what a clone is asked for by, as it stands there. */
  images: string;
  request: StackRequest | ReflinkRequest;
  /** Where the domain says that the disk is: `<source dev=…>`; undefined where it does not say. */
  source: string | undefined;
  /** 'read' where the disk is `<readonly/>`, 'share' where it is `<shareable/>`. */
  access: Access;
}

/** What a domain's XML says, as far as it is our concern. */
export interface DomainMetadata {
  uuid: string;
  devices: WantedDevice[];
}

/** A disk of libvirt is called so: a word that can be part of a file's name, and is no number. */
const TARGET = /^[A-Za-z][A-Za-z0-9_]{0,31}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ATTRIBUTES = ['target', 'type', 'images'] as const;

/**
 * Reads the devices that a domain asks for, and finds its disks.
 * @throws Refusal for anything that is not as it should be: what is misread here is a wrong disk
 */
export function readMetadata(text: string): DomainMetadata {
  const domain = rootOf(text);
  const devices = listsOf(domain).flatMap(list => childrenOf(list, 'devices'));
  const wanted = devices.map(device => readDevice(device, domain));
  for (const [index, { target }] of wanted.entries())
    if (wanted.findIndex(other => other.target === target) !== index)
      throw new Refusal(`the metadata has two devices for the target ${target}: a disk has one`);
  return { uuid: wanted.length === 0 ? '' : uuidOf(domain), devices: wanted };
}

function rootOf(text: string): Element {
  let document: Document;
  try {
    document = parseDocument(text);
  } catch (error) {
    if (!(error instanceof XmlProblem)) throw error;
    const place = error.line === undefined ? '' : `, line ${error.line}`;
    throw new Refusal(
      `the domain XML on standard input${place}: is not well-formed XML: ${printable(error.message)}`,
    );
  }
  const root = document.documentElement;
  // libvirt writes none, and what it would declare nobody has checked.
  if (document.doctype !== null)
    throw new Refusal('the domain XML on standard input has a DOCTYPE: take it out');
  if (root?.localName !== 'domain' || root.namespaceURI)
    throw new Refusal('what is on standard input is not the XML of a domain');
  return root;
}

/** Our elements in the metadata: at most one, and of a version that this program knows. */
function listsOf(domain: Element): Element[] {
  const own = elementsIn(domain)
    .filter(element => element.localName === 'metadata' && !element.namespaceURI)
    .flatMap(elementsIn)
    .filter(element => element.namespaceURI?.startsWith(NAMESPACE_FAMILY));
  for (const { namespaceURI, localName } of own) {
    if (namespaceURI !== NAMESPACE)
      throw new Refusal(
        `the metadata is of ${printable(namespaceURI ?? '')}, and this program knows ${NAMESPACE}: install the block-snapshot that it was written for`,
      );
    if (localName !== 'devices')
      throw new Refusal(`the metadata has <${printable(localName ?? '')}> where <devices> should be`);
  }
  if (own.length > 1) throw new Refusal('the metadata has more than one <devices>: put all devices into one');
  return own;
}

function childrenOf(list: Element, name: string): Element[] {
  const children = elementsIn(list);
  for (const child of children)
    if (child.namespaceURI !== NAMESPACE || child.localName !== 'device')
      throw new Refusal(
        `<${name}> in the metadata has <${printable(child.tagName)}> in it: it takes <device> alone`,
      );
  return children;
}

function readDevice(element: Element, domain: Element): WantedDevice {
  for (const { name } of Array.from(element.attributes))
    if (!(ATTRIBUTES as readonly string[]).includes(name) && name !== 'xmlns' && !name.startsWith('xmlns:'))
      throw new Refusal(
        `a device in the metadata has ${printable(name)}=: there are ${ATTRIBUTES.join(', ')}`,
      );
  const target = attributeOf(element, 'target', 'the metadata has a device');
  if (!TARGET.test(target))
    throw new Refusal(
      `the target ${printable(target)} in the metadata is none: it takes letters, digits and _, at most 32, and a letter first`,
    );
  const type = attributeOf(element, 'type', `disk ${target}: its device in the metadata is`);
  const images = attributeOf(element, 'images', `disk ${target}: its device in the metadata is`);
  if (elementsIn(element).length > 0)
    throw new Refusal(`disk ${target}: its device in the metadata has elements in it`);
  const disk = diskOf(domain, target);
  return { target, images, request: requestOf(target, type, images), ...disk };
}

function requestOf(target: string, type: string, images: string): WantedDevice['request'] {
  try {
    if (isReflinkType(type)) return parseReflinkRequest(type, images);
    if (isDeviceType(type)) return parseStackRequest(type, images);
    throw new Refusal(`its type ${printable(type)} is ${NO_TYPE}`);
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(`disk ${target}: ${error.message}`);
    throw error;
  }
}

function attributeOf(element: Element, name: (typeof ATTRIBUTES)[number], subject: string): string {
  const value = element.getAttribute(name);
  if (value === null || value === '')
    throw new Refusal(
      `${subject} without ${name}=: write <device target="xvda" type="snapshot" images="BASE:COW"/>`,
    );
  return value;
}

/** The disk that a device is for. */
function diskOf(domain: Element, target: string): Pick<WantedDevice, 'source' | 'access'> {
  const disks = plainChildren(domain, 'devices')
    .flatMap(devices => plainChildren(devices, 'disk'))
    .filter(disk => plainChildren(disk, 'target').some(element => element.getAttribute('dev') === target));
  const [disk] = disks;
  if (disk === undefined)
    throw new Refusal(
      `disk ${target}: the metadata has a device for it, and the domain has no disk of that target`,
    );
  return {
    source: plainChildren(disk, 'source')[0]?.getAttribute('dev') ?? undefined,
    access: accessOf(disk),
  };
}

function accessOf(disk: Element): Access {
  if (plainChildren(disk, 'readonly').length > 0) return 'read';
  return plainChildren(disk, 'shareable').length > 0 ? 'share' : 'write';
}

function uuidOf(domain: Element): string {
  const uuid = plainChildren(domain, 'uuid')[0]?.textContent?.trim().toLowerCase() ?? '';
  if (!UUID.test(uuid)) throw new Refusal(`the domain's uuid ${printable(uuid)} is none`);
  return uuid;
}

function plainChildren(element: Element, name: string): Element[] {
  return elementsIn(element).filter(child => child.localName === name && !child.namespaceURI);
}

function elementsIn(element: Element): Element[] {
  const elements: Element[] = [];
  for (let node = element.firstChild; node !== null; node = node.nextSibling)
    if (node.nodeType === node.ELEMENT_NODE) elements.push(node as Element);
  return elements;
}
