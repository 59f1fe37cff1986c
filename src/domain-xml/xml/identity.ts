import type { XmlElement } from './parse.ts';

/**
 * What makes an element of a domain the same one in two documents, whatever its order: a disk is known by its
 * target, an interface by its MAC address, a host device by its address; everything else by its name and the
 * attribute that tells it from its sisters.
 */
export function identityOf(element: XmlElement): string {
  const own = IDENTITIES.get(element.name)?.(element);
  return own === undefined ? element.name : `${element.name} ${own}`;
}

type Identity = (element: XmlElement) => string | undefined;

const IDENTITIES = new Map<string, Identity>([
  ['disk', element => childAttribute(element, 'target', 'dev')],
  ['filesystem', element => childAttribute(element, 'target', 'dir')],
  ['interface', element => childAttribute(element, 'mac', 'address')?.toLowerCase()],
  ['hostdev', hostDevice],
  ['ip', element => element.attributes.get('family') ?? 'ipv4'],
  ['feature', element => element.attributes.get('name')],
  ['timer', element => element.attributes.get('name')],
  ['graphics', element => element.attributes.get('type')],
  ['input', element => `${element.attributes.get('type')} ${element.attributes.get('bus')}`],
  ['controller', element => `${element.attributes.get('type')} ${element.attributes.get('index')}`],
]);

function childAttribute(element: XmlElement, child: string, attribute: string): string | undefined {
  return element.children.find(({ name }) => name === child)?.attributes.get(attribute);
}

function hostDevice(element: XmlElement): string | undefined {
  const source = element.children.find(({ name }) => name === 'source');
  const address = source?.children.find(({ name }) => name === 'address');
  if (address === undefined) return undefined;
  const parts = ['domain', 'bus', 'slot', 'function'].map(name => hexadecimal(address.attributes.get(name)));
  return `${element.attributes.get('type')} ${parts.join(':')}`;
}

function hexadecimal(value: string | undefined): string {
  return value === undefined || value === '' || Number.isNaN(Number(value))
    ? (value ?? '0')
    : Number(value).toString(16);
}
