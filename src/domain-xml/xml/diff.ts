import { identityOf } from './identity.ts';
import { normalize } from './normalize.ts';
import type { XmlElement } from './parse.ts';
import { printElement, printStartTag } from './print.ts';

/** One line of a difference: both documents have it (context), only the old one, or only the new one. */
export interface DiffLine {
  kind: 'context' | 'removed' | 'added';
  text: string;
}

/**
 * What differs between two documents, in the order of the old one: elements are compared with their counterpart
 * (identity.ts), wherever it stands among its sisters; attribute order, white space, comments and the unit in which
 * memory is given are no difference. An empty list for documents that mean the same.
 */
export function diffXml(before: XmlElement, after: XmlElement): DiffLine[] {
  return diffElement(normalize(before), normalize(after), 0);
}

function diffElement(before: XmlElement, after: XmlElement, depth: number): DiffLine[] {
  const inside = diffChildren(before, after, depth + 1);
  const sameTag = printTag(before) === printTag(after);
  if (sameTag && inside.length === 0) return [];
  if (before.children.length === 0 && after.children.length === 0) {
    return [...wholly('removed', before, depth), ...wholly('added', after, depth)];
  }
  const indent = '  '.repeat(depth);
  const opening: DiffLine[] = sameTag
    ? [{ kind: 'context', text: indent + printTag(before) }]
    : [
        { kind: 'removed', text: indent + printTag(before) },
        { kind: 'added', text: indent + printTag(after) },
      ];
  return [...opening, ...hint(before, after, depth + 1), ...inside];
}

/** Children paired by identity: the first with the first, the second with the second. */
function diffChildren(before: XmlElement, after: XmlElement, depth: number): DiffLine[] {
  const waiting = new Map<string, XmlElement[]>();
  for (const child of after.children) {
    const identity = identityOf(child);
    waiting.set(identity, [...(waiting.get(identity) ?? []), child]);
  }
  const lines: DiffLine[] = [];
  for (const child of before.children) {
    const counterpart = waiting.get(identityOf(child))?.shift();
    lines.push(
      ...(counterpart === undefined
        ? wholly('removed', child, depth)
        : diffElement(child, counterpart, depth)),
    );
  }
  const added = new Set([...waiting.values()].flat());
  for (const child of after.children) {
    if (added.has(child)) lines.push(...wholly('added', child, depth));
  }
  return lines;
}

/** The start tag, with the text where there is some: the part that is the element's own. */
function printTag(element: XmlElement): string {
  const tag = printStartTag({ ...element, children: [], text: 'x' });
  return element.text === '' ? tag : (printElement({ ...element, children: [] })[0] ?? tag);
}

function wholly(kind: 'removed' | 'added', element: XmlElement, depth: number): DiffLine[] {
  return printElement(element, depth).map(text => ({ kind, text }));
}

/** A disk whose source changed: the reader needs the target that it is known by, although that is the same. */
function hint(before: XmlElement, after: XmlElement, depth: number): DiffLine[] {
  if (!identityOf(before).includes(' ')) return [];
  const known = before.children.find(child => {
    const without = { ...before, children: before.children.filter(other => other !== child) };
    return identityOf(without) !== identityOf(before);
  });
  if (known === undefined) return [];
  const counterpart = after.children.find(child => child.name === known.name);
  if (counterpart === undefined || diffElement(known, counterpart, 0).length > 0) return [];
  return printElement(known, depth).map(text => ({ kind: 'context', text }));
}
