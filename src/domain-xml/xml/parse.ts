import { Refusal } from '../../words/refusal.ts';
import { type Element, type Node, parseDocument, XmlProblem } from '../../xml/document.ts';

/** An element as far as libvirt reads it: no comments, no white space between elements, attributes in no order. */
export interface XmlElement {
  name: string;
  attributes: Map<string, string>;
  children: XmlElement[];
  /** The text directly inside, trimmed; "" for none. */
  text: string;
  /** Where the start tag begins, from 1. */
  line: number;
  column: number;
}

/** XML that is not well-formed: `line` (from 1) is where the parser noticed, as far as it says. */
export class XmlSyntaxError extends Refusal {
  readonly line: number | undefined;

  constructor(message: string, line: number | undefined) {
    super(message);
    this.line = line;
  }
}

/**
 * Parses a document.
 * @throws XmlSyntaxError, with `what` (a path or a description of the document) in its message
 */
export function parseXml(text: string, what: string): XmlElement {
  try {
    const root = parseDocument(text).documentElement;
    if (root === null) throw new XmlProblem('there is no element', undefined);
    return readElement(root);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = error instanceof XmlProblem ? error.line : undefined;
    const place = line === undefined ? what : `${what}, line ${line}`;
    throw new XmlSyntaxError(`${place}: is not well-formed XML: ${message}`, line);
  }
}

function readElement(element: Element): XmlElement {
  const children: XmlElement[] = [];
  let text = '';
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (isElement(node)) children.push(readElement(node));
    else if (node.nodeType === node.TEXT_NODE || node.nodeType === node.CDATA_SECTION_NODE) {
      text += node.nodeValue ?? '';
    }
  }
  const attributes = new Map<string, string>();
  for (const attribute of Array.from(element.attributes)) attributes.set(attribute.name, attribute.value);
  return {
    name: element.tagName,
    attributes,
    children,
    text: text.trim(),
    line: element.lineNumber ?? 1,
    column: element.columnNumber ?? 1,
  };
}

function isElement(node: Node): node is Element {
  return node.nodeType === node.ELEMENT_NODE;
}
