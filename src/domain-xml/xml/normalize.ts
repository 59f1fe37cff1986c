import type { XmlElement } from './parse.ts';

/**
 * The document as libvirt would say it: libvirt counts memory in KiB and leaves out the unit's other spellings,
 * so that 4000 MiB and 4096000 KiB are no difference. Gives a new tree.
 */
export function normalize(element: XmlElement): XmlElement {
  const children = element.children.map(normalize);
  const kibibytes = MEMORY_ELEMENTS.has(element.name) ? inKibibytes(element) : undefined;
  if (kibibytes === undefined) return { ...element, children };
  const attributes = new Map(element.attributes).set('unit', 'KiB');
  return { ...element, attributes, children, text: kibibytes };
}

const MEMORY_ELEMENTS = new Set(['memory', 'currentMemory', 'maxMemory']);

// https://libvirt.org/formatdomain.html#memory-allocation: the default is KiB; "KB" is 1000 bytes, "KiB" 1024.
const UNITS = new Map([
  ['b', 1n],
  ['bytes', 1n],
  ['kb', 1000n],
  ['k', 1024n],
  ['kib', 1024n],
  ['mb', 1000n ** 2n],
  ['m', 1024n ** 2n],
  ['mib', 1024n ** 2n],
  ['gb', 1000n ** 3n],
  ['g', 1024n ** 3n],
  ['gib', 1024n ** 3n],
  ['tb', 1000n ** 4n],
  ['t', 1024n ** 4n],
  ['tib', 1024n ** 4n],
]);

function inKibibytes(element: XmlElement): string | undefined {
  const unit = UNITS.get((element.attributes.get('unit') ?? 'KiB').toLowerCase());
  if (unit === undefined || !/^\d+$/.test(element.text)) return undefined;
  // libvirt rounds up to whole KiB.
  return String((BigInt(element.text) * unit + 1023n) / 1024n);
}
