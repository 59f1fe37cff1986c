import { readNamedText } from './bounded-read.ts';
import { renderDomain } from './render.ts';
import type { DomainRequest } from './request.ts';
import { dumpDomain } from './virsh.ts';
import { type DiffLine, diffXml } from './xml/diff.ts';
import { parseXml } from './xml/parse.ts';

/** Bytes; libvirt takes no longer XML by far (REMOTE_STRING_MAX of its protocol is 4 MiB). */
const LONGEST_XML = 64 * 1024 * 1024;

export interface CompareRequest extends DomainRequest {
  /** A file with the domain XML to compare with ("-" is standard input); undefined asks libvirt. */
  against: string | undefined;
  /** libvirt's URI; undefined leaves it to virsh. */
  connect: string | undefined;
}

/** What differs, and what the two sides are. */
export interface DomainDifference {
  lines: DiffLine[];
  before: string;
  after: string;
  /** What is odd about the description, one line each. */
  warnings: string[];
}

/**
 * Compares what libvirt has, or a file, with what the templates give now.
 * @throws Refusal
 */
export async function diffDomain(request: CompareRequest): Promise<DomainDifference> {
  const rendering = await renderDomain(request);
  const { against } = request;
  const before =
    against === undefined ? `virsh dumpxml ${request.name}` : against === '-' ? 'standard input' : against;
  const text =
    against === undefined
      ? await dumpDomain(request.name, request.connect)
      : readNamedText(against, LONGEST_XML, 'domain XML has');
  const lines = diffXml(parseXml(text, before), parseXml(rendering.xml, rendering.path));
  return { lines, before, after: rendering.path, warnings: rendering.warnings };
}
