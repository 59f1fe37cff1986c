import { SaxesParser } from 'saxes';
import { Refusal } from '../../words/refusal.ts';

/** An element of qubes.xml. */
export interface XmlNode {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: XmlNode[];
  /** All text directly inside, as it is. */
  text: string;
}

/** Qubes nests six deep; what nests much deeper is no qubes.xml. */
const DEEPEST = 32;

/**
 * Parses a document, or a piece of one that is an element. No document type is taken, so that there are no
 * entities but XML's own five. For messages: `what` is the file, and `lineInFile` gives its line for one of
 * the piece, both from 1.
 * @throws Refusal
 */
export function parseTree(
  text: string,
  what: string,
  lineInFile: (line: number) => number = line => line,
): XmlNode {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  const lineNow = () => lineInFile(parser.line);
  const open: XmlNode[] = [];
  let root: XmlNode | undefined;
  parser.on('error', ({ message }) => {
    throw new Refusal(`${what}, line ${lineNow()}: is not well-formed XML: ${message}`);
  });
  parser.on('doctype', () => {
    throw new Refusal(
      `${what}, line ${lineNow()}: has a document type, which a qubes.xml does not: entities are not taken from one`,
    );
  });
  parser.on('opentag', ({ name, attributes }) => {
    const node: XmlNode = { name, attributes, children: [], text: '' };
    if (open.length >= DEEPEST) throw new Refusal(`${what}, line ${lineNow()}: is nested too deep`);
    if (root === undefined) root = node;
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  const addText = (part: string) => {
    const node = open.at(-1);
    if (node !== undefined) node.text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  // The parser has refused a document without an element.
  if (root === undefined) throw new Refusal(`${what}: has no element`);
  return root;
}

/** The first child of that name. */
export function child(node: XmlNode, name: string): XmlNode | undefined {
  return node.children.find(each => each.name === name);
}

/** All children of that name of the first child of the other name: the options of a list. */
export function items(node: XmlNode, list: string, name: string): XmlNode[] {
  return child(node, list)?.children.filter(each => each.name === name) ?? [];
}
