import { DOMParser, type Document } from '@xmldom/xmldom';

export type { Document, Element, Node } from '@xmldom/xmldom';

// What a document in UTF-8 may begin with, as an editor under Windows writes it.
const BYTE_ORDER_MARK = '\ufeff';

/** XML that is not well-formed: `line` (from 1) is where the parser noticed, as far as it says. */
export class XmlProblem extends Error {
  readonly line: number | undefined;

  constructor(message: string, line: number | undefined) {
    super(message);
    this.line = line;
  }
}

/**
 * Parses a document. Entities are not expanded but for XML's own five, and nothing is fetched (the parser
 * knows no files).
 * @throws XmlProblem for everything that is odd
 */
export function parseDocument(text: string): Document {
  let problem: XmlProblem | undefined;
  const parser = new DOMParser({
    // Warnings too: an attribute without quotes is one for this parser, and no XML for libvirt.
    onError(_level, message, context: { locator?: { lineNumber?: number } }) {
      problem ??= new XmlProblem(firstLine(message), context.locator?.lineNumber || undefined);
      throw problem;
    },
  });
  try {
    const document = parser.parseFromString(
      text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text,
      'text/xml',
    );
    if (document.documentElement === null) throw new XmlProblem('there is no element', undefined);
    return document;
  } catch (error) {
    throw (
      problem ?? new XmlProblem(firstLine(error instanceof Error ? error.message : String(error)), undefined)
    );
  }
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).trim();
}
