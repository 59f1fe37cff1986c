import { strictTextOf } from '../../host/strict-text.ts';
import { addon } from '../../native/addon.ts';
import { Refusal } from '../../words/refusal.ts';
import { systemErrorText } from '../../words/system-error-text.ts';
import { readBounded } from '../bounded-read.ts';
import { domainsOf, lineAt, type Piece, takeApart } from './pieces.ts';
import { parseTree, type XmlNode } from './tree.ts';

/** Of 1,000 VMs it has 4 MiB. */
const LARGEST_FILE = 32 * 1024 * 1024;

/** A qubes.xml, of which only what is asked for is parsed. */
export class QubesXmlFile {
  /** Its path, for messages. */
  readonly path: string;
  /** What is in it beside its VMs. */
  readonly root: XmlNode;
  readonly #text: string;
  readonly #pieces: readonly (Piece | XmlNode)[];
  readonly #parsed = new Map<Piece | XmlNode, XmlNode>();
  /** What was looked for before: the rules ask for the same template again and again. */
  readonly #found = new Map<string, XmlNode | undefined>();

  /** @throws Refusal for a file that cannot be read, or is no qubes.xml */
  constructor(path: string) {
    this.path = path;
    this.#text = readText(path);
    const pieces = takeApart(this.#text, path);
    this.root = pieces?.root ?? parseTree(this.#text, path);
    if (this.root.name !== 'qubes') {
      throw new Refusal(`${path}: is no qubes.xml: its element is <${this.root.name}>`);
    }
    const domains = domainsOf(this.root, path);
    this.#pieces = pieces?.domains ?? domains;
  }

  /** The element of the VM with that id; undefined where there is none. */
  domainById(id: string): XmlNode | undefined {
    const isIt = (node: XmlNode) => node.attributes['id'] === id;
    const mayBe = ({ text }: Piece) => hasQuoted(startTag(text), id);
    return this.#find(mayBe, isIt, `the id ${id}`);
  }

  /** The element of the VM of that name. */
  domainByName(name: string): XmlNode | undefined {
    const isIt = (node: XmlNode) => nameOf(node) === name;
    const mayBe = ({ text }: Piece) =>
      name === 'dom0'
        ? hasQuoted(startTag(text), 'AdminVM')
        : text.includes(`"name">${name}<`) || text.includes(`'name'>${name}<`);
    return this.#find(mayBe, isIt, `the name ${name}`);
  }

  /** The classes of all VMs, by their names. */
  get classes(): ReadonlyMap<string, string> {
    const classes = new Map<string, string>();
    for (const piece of this.#pieces) {
      const [name, klass] =
        (isPiece(piece) ? plainNameAndClass(piece.text) : undefined) ?? this.#nameAndClass(piece);
      if (name !== undefined && klass !== undefined) classes.set(name, klass);
    }
    return classes;
  }

  #nameAndClass(piece: Piece | XmlNode): [string | undefined, string | undefined] {
    const node = this.#parse(piece);
    return [nameOf(node), node.attributes['class']];
  }

  /**
   * Looks in those that may be it, and in all where none of them is: the name can be written in more than one
   * way.
   * @throws Refusal where two are
   */
  #find(mayBe: (piece: Piece) => boolean, isIt: (node: XmlNode) => boolean, what: string) {
    if (this.#found.has(what)) return this.#found.get(what);
    const likely = this.#pieces.filter(piece => !isPiece(piece) || mayBe(piece));
    const found = this.#matching(likely, isIt);
    const all = found.length === 0 ? this.#matching(this.#pieces, isIt) : found;
    if (all.length > 1) throw new Refusal(`${this.path}: has ${all.length} VMs with ${what}`);
    this.#found.set(what, all[0]);
    return all[0];
  }

  #matching(pieces: readonly (Piece | XmlNode)[], isIt: (node: XmlNode) => boolean): XmlNode[] {
    return pieces.map(piece => this.#parse(piece)).filter(isIt);
  }

  #parse(piece: Piece | XmlNode): XmlNode {
    if (!isPiece(piece)) return piece;
    const known = this.#parsed.get(piece);
    if (known !== undefined) return known;
    const node = parseTree(piece.text, this.path, line => lineAt(this.#text, piece.start) + line - 1);
    this.#parsed.set(piece, node);
    return node;
  }
}

function isPiece(piece: Piece | XmlNode): piece is Piece {
  return !('children' in piece);
}

/** The name and the class of a VM that is written as qubesd writes it; undefined otherwise. */
function plainNameAndClass(text: string): [string, string] | undefined {
  const klass = / class="(\w+)"/.exec(startTag(text))?.[1];
  if (klass === 'AdminVM') return ['dom0', klass];
  const names = [...text.matchAll(/<property name="name">([\w.-]+)<\/property>/g)];
  const name = names.length === 1 ? names[0]?.[1] : undefined;
  return klass === undefined || name === undefined ? undefined : [name, klass];
}

/** The start tag, and what follows up to the next one. */
function startTag(text: string): string {
  return text.slice(0, text.indexOf('<', 1));
}

function hasQuoted(text: string, value: string): boolean {
  return text.includes(`"${value}"`) || text.includes(`'${value}'`);
}

/** The name that is stored for a VM; dom0's is not. */
function nameOf(domain: XmlNode): string | undefined {
  if (domain.attributes['class'] === 'AdminVM') return 'dom0';
  const properties = domain.children.find(({ name }) => name === 'properties');
  return properties?.children.find(({ attributes }) => attributes['name'] === 'name')?.text.trim();
}

function readText(path: string): string {
  try {
    const { readOnly, nonBlocking } = addon().openFlags;
    const descriptor = addon().openFile(path, readOnly | nonBlocking, 0);
    try {
      const stats = addon().descriptorStatus(descriptor);
      if (stats.kind !== 'file') throw new Refusal(`${path}: is not a regular file`);
      if (stats.size === 0) throw new Refusal(`${path}: is empty`);
      return decode(readBounded(descriptor, LARGEST_FILE, path, 'a qubes.xml has'), path);
    } finally {
      addon().closeFile(descriptor);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`${path}: cannot be read: ${systemErrorText(error)}`);
  }
}

function decode(bytes: Uint8Array, path: string): string {
  const text = strictTextOf(bytes);
  if (text === undefined) throw new Refusal(`${path}: is not UTF-8`);
  return text.replace(/^\ufeff/, '');
}
