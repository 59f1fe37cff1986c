import { Refusal } from '../words/refusal.ts';
import { type DomainRendering, renderDomainMapped } from './render.ts';
import type { DomainRequest } from './request.ts';
import { diagnose } from './schema/diagnose.ts';
import { validateAgainst } from './schema/validate.ts';
import type { SourceMap } from './source-map.ts';
import { parseXml, type XmlElement, XmlSyntaxError } from './xml/parse.ts';

export interface CheckRequest extends DomainRequest {
  /** The path of libvirt's domain.rng. */
  schema: string;
}

export interface CheckResult {
  /** The template that was used. */
  path: string;
  xml: string;
  /** One line each, with the template's line where it comes from; none for a domain that is valid. */
  problems: string[];
  /** What is odd about the description, one line each. */
  warnings: string[];
}

/**
 * Renders, and validates against libvirt's schema.
 * @throws Refusal for everything that stops it before
 */
export async function checkDomain(request: CheckRequest): Promise<CheckResult> {
  const validate = validateAgainst(request.schema);
  const { rendering, map } = await renderDomainMapped(request);
  const { path, xml, warnings } = rendering;
  const root = parse(rendering, map);
  if (typeof root === 'string') return { path, xml, problems: [root], warnings };
  const [valid] = await validate([xml]);
  if (valid) return { path, xml, problems: [], warnings };
  const findings = await diagnose(root, validate);
  const problems = findings.map(({ element, message }) => `${origin(rendering, map, element)}: ${message}`);
  return { path, xml, problems, warnings };
}

/** The document, or what keeps it from being one. */
function parse(rendering: DomainRendering, map: SourceMap | undefined): XmlElement | string {
  try {
    return parseXml(rendering.xml, 'the output');
  } catch (error) {
    if (!(error instanceof XmlSyntaxError)) throw error;
    if (error.line === undefined) return new Refusal(`${rendering.path}: ${error.message}`).message;
    const place = origin(rendering, map, { line: error.line, column: Number.MAX_SAFE_INTEGER });
    return `${place}: ${error.message}`;
  }
}

function origin(
  { path }: DomainRendering,
  map: SourceMap | undefined,
  { line, column }: { line: number; column: number },
): string {
  const place = map?.originOf(line, column);
  return place === undefined ? `${path}, line ${line} of its output` : `${place.path}, line ${place.line}`;
}
