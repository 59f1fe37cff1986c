import type { XmlElement } from './parse.ts';

/** The start tag, attributes in the order of their names; self-closing for an element with nothing in it. */
export function printStartTag(element: XmlElement): string {
  const empty = element.children.length === 0 && element.text === '';
  return `<${element.name}${printAttributes(element.attributes)}${empty ? '/' : ''}>`;
}

/** The whole element on lines of their own, two spaces deeper at each level. */
export function printElement(element: XmlElement, depth = 0): string[] {
  const indent = '  '.repeat(depth);
  const start = printStartTag(element);
  if (element.children.length === 0) {
    if (element.text === '') return [indent + start];
    return [`${indent}${start}${escapeText(element.text)}</${element.name}>`];
  }
  const lines = [indent + start];
  if (element.text !== '') lines.push(`${indent}  ${escapeText(element.text)}`);
  for (const child of element.children) lines.push(...printElement(child, depth + 1));
  lines.push(`${indent}</${element.name}>`);
  return lines;
}

function printAttributes(attributes: Map<string, string>): string {
  return [...attributes]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => ` ${name}="${escapeText(value).replaceAll('"', '&quot;')}"`)
    .join('');
}

// Control characters would reach the terminal: as references they are the same XML.
function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/\p{Cc}/gu, character => `&#${character.codePointAt(0)};`);
}
