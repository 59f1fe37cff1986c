import type { XmlElement } from '../xml/parse.ts';

/** An element in which one value, of `attribute` or the text of `element`, was replaced. */
export interface ValueVariant {
  variant: XmlElement;
  element: XmlElement;
  attribute: string | undefined;
}

// One of each kind of value that the domain's schema knows.
const VALUES = [
  ...[
    '1',
    '0x1',
    'yes',
    'on',
    'x',
    '/x',
    'xvda',
    '00:16:3e:00:00:01',
    '10.0.0.1',
    'fd00::1',
    'KiB',
    'destroy',
  ],
  ...[
    '7db78950-c467-4863-94d1-af59806384ea',
    'block',
    'disk',
    'pci',
    'ethernet',
    'phy',
    'vga',
    'usb',
    'tablet',
  ],
  ...['hvm', 'x86_64', 'linux', 'utc', 'rom', 'hd', 'host-passthrough', 'disable', 'native', 'tsc', 'static'],
  ...['stubdom', 'qubes', 'pty', 'xen', 'ac97', 'reset', 'variable'],
];

/** The element with each value in it, one at a time, replaced by a value of every kind. */
export function valueVariants(element: XmlElement): ValueVariant[] {
  const variants: ValueVariant[] = [];
  for (const attribute of element.attributes.keys()) {
    for (const value of VALUES) {
      const attributes = new Map(element.attributes).set(attribute, value);
      variants.push({ variant: { ...element, attributes }, element, attribute });
    }
  }
  if (element.text !== '') {
    for (const text of VALUES)
      variants.push({ variant: { ...element, text }, element, attribute: undefined });
  }
  for (const child of element.children) {
    for (const inside of valueVariants(child)) {
      const children = element.children.map(other => (other === child ? inside.variant : other));
      variants.push({ ...inside, variant: { ...element, children } });
    }
  }
  return variants;
}
