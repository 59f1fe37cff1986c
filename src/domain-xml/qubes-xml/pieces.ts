import { Refusal } from '../../words/refusal.ts';
import { parseTree, type XmlNode } from './tree.ts';

/** An element of the file that has not been parsed yet, and where in the file it begins. */
export interface Piece {
  text: string;
  start: number;
}

/** A qubes.xml taken apart: what is in it beside its VMs, and each VM as a piece of text. */
export interface Pieces {
  root: XmlNode;
  domains: Piece[];
}

/**
 * Takes qubes.xml apart without parsing all of it: of 200 VMs a description needs half a dozen, and parsing
 * all takes longer than everything else together. In XML a "<" begins a tag wherever it stands but in
 * comments, CDATA sections and processing instructions; a file with one of these (qubesd writes none) is
 * parsed as a whole. Gives undefined for that, and for everything that is not as qubesd writes it.
 * @throws Refusal for a frame that is no XML
 */
export function takeApart(text: string, what: string): Pieces | undefined {
  if (text.includes('<!') || text.indexOf('<?', 1) !== -1) return undefined;
  const start = /<domains\s*>/.exec(text);
  const end = text.lastIndexOf('</domains');
  if (start === null || end < start.index) return undefined;
  const inside = start.index + start[0].length;
  const domains = domainsBetween(text, inside, end);
  if (domains === undefined) return undefined;
  const line = (number: number) => {
    const last = lineAt(text, inside);
    return number < last ? number : number - last + lineAt(text, end);
  };
  return { root: parseTree(`${text.slice(0, inside)}${text.slice(end)}`, what, line), domains };
}

const START = '<domain';
const END = '</domain>';

function domainsBetween(text: string, from: number, to: number): Piece[] | undefined {
  const domains: Piece[] = [];
  let place = from;
  while (true) {
    const start = text.indexOf('<', place);
    if (start === to) return isBlank(text, place, to) ? domains : undefined;
    const close = text.indexOf(END, start);
    if (!isBlank(text, place, start) || close === -1 || close > to) return undefined;
    if (!text.startsWith(START, start) || !/\s/.test(text[start + START.length] ?? '')) return undefined;
    const end = close + END.length;
    domains.push({ text: text.slice(start, end), start });
    place = end;
  }
}

function isBlank(text: string, from: number, to: number): boolean {
  return text.slice(from, to).trim() === '';
}

/** The line of a place in a text, from 1. */
export function lineAt(text: string, place: number): number {
  return text.slice(0, place).split('\n').length;
}

/**
 * The VMs in a tree.
 * @throws Refusal where there is no place for them
 */
export function domainsOf(root: XmlNode, what: string): XmlNode[] {
  const list = root.children.filter(({ name }) => name === 'domains');
  if (list.length !== 1) throw new Refusal(`${what}: has ${list.length} elements <domains>, not one`);
  return list[0]?.children.filter(({ name }) => name === 'domain') ?? [];
}
