import { type Environment, loadCompiler, type Value } from '../jinja/index.ts';
import { Refusal, usageError } from '../words/refusal.ts';
import { step } from '../words/steps.ts';
import { withCompiled } from './compiled/compiler.ts';
import { type DescribedVm, describe } from './description/describe.ts';
import { readDescription } from './description/read.ts';
import { checkDeviceDescription } from './description/vm-description.ts';
import { describeJinjaError, templateEnvironment } from './environment.ts';
import { MissingAttributes } from './missing-attributes.ts';
import { type DomainRequest, openFolders } from './request.ts';
import type { TemplateFile, TemplateFolders } from './search/folders.ts';
import { domainTemplateNames, partTemplateName } from './search/names.ts';
import { noTemplate } from './search/no-template.ts';
import { type SourceMap, SourceMarks } from './source-map.ts';
import { strayBlocks, strayBlockText } from './stray-blocks.ts';
import { VmBuilder } from './vm/build.ts';

export interface PartRequest extends DomainRequest {
  /** As `devices/block.xml`. */
  part: string;
  /** The device in JSON: a path, or "-" for standard input; undefined for the part that has none. */
  deviceFile: string | undefined;
}

/** What a template gave. */
export interface DomainRendering {
  /** The template's path. */
  path: string;
  xml: string;
  /** One line each: what is odd, but no error. */
  warnings: string[];
}

/**
 * Renders a VM's domain XML.
 * @throws Refusal for everything that can be wrong with what it is given
 */
export async function renderDomain(request: DomainRequest): Promise<DomainRendering> {
  const prepared = await prepare(request);
  const { folders, warnings, file } = prepared;
  return step(`rendering ${file.path}`, () =>
    withCompiled(folders, precompiled => {
      const xml = renderVm(templateEnvironment({ folders, precompiled }), prepared);
      return { path: file.path, xml, warnings };
    }),
  );
}

/** Likewise, with a map from the XML's lines to the templates'; undefined where there is none to be had. */
export async function renderDomainMapped(
  request: DomainRequest,
): Promise<{ rendering: DomainRendering; map: SourceMap | undefined }> {
  const prepared = await prepare(request);
  const { folders, warnings, file } = prepared;
  await loadCompiler();
  const xml = await step(`rendering ${file.path}`, () =>
    renderVm(templateEnvironment({ folders }), prepared),
  );
  const marks = new SourceMarks();
  const marked = templateEnvironment({ folders, replace: ({ source, path }) => marks.mark(source, path) });
  let map: SourceMap | undefined;
  try {
    map = marks.mapOf(renderVm(marked, prepared), xml);
  } catch (error) {
    // A template that minds the marks (it compares a text that it captured, say) is not mapped.
    if (!(error instanceof Refusal)) throw error;
  }
  const stray = (await strayBlocks(file, folders)).map(strayBlockText);
  return { rendering: { path: file.path, xml, warnings: [...warnings, ...stray] }, map };
}

/**
 * Renders a part alone, as for hot-plug.
 * @throws Refusal
 */
export async function renderPart(request: PartRequest): Promise<DomainRendering> {
  const { part, deviceFile } = request;
  const name = partTemplateName(part);
  const needsDevice = part !== 'devices/net.xml';
  if (needsDevice && deviceFile === undefined) throw usageError(`--part ${part} needs --device`);
  if (!needsDevice && deviceFile !== undefined) throw usageError(`--part ${part} takes no --device`);
  const folders = openFolders(request.folders);
  const { description, origin, warnings } = await describe(request.name, request);
  const device =
    deviceFile === undefined
      ? undefined
      : readDescription(deviceFile, json => checkDeviceDescription(json, part));
  const file = folders.read(name);
  if (file === undefined) {
    throw new Refusal(`there is no template ${name}: none of ${folders.candidates(name).join(', ')}`);
  }
  return withCompiled(folders, precompiled => {
    const missing = new MissingAttributes(origin);
    const builder = new VmBuilder(missing.note);
    const variables = new Map<string, Value>([['vm', builder.vm(description)]]);
    if (device !== undefined) for (const [key, value] of builder.device(device)) variables.set(key, value);
    return {
      path: file.path,
      xml: render(templateEnvironment({ folders, precompiled }), file, variables, missing),
      warnings,
    };
  });
}

interface Prepared extends DescribedVm {
  folders: TemplateFolders;
  file: TemplateFile;
}

async function prepare(request: DomainRequest): Promise<Prepared> {
  const folders = openFolders(request.folders);
  const vm = await describe(request.name, request);
  const names = domainTemplateNames(request.name);
  for (const name of names) {
    const file = folders.read(name);
    if (file !== undefined) return { ...vm, folders, file };
  }
  throw noTemplate(
    request.name,
    names.flatMap(name => folders.candidates(name)),
  );
}

function renderVm(environment: Environment, { file, description, origin }: Prepared): string {
  const missing = new MissingAttributes(origin);
  const vm = new VmBuilder(missing.note).vm(description);
  return render(environment, file, new Map([['vm', vm]]), missing);
}

function render(
  environment: Environment,
  file: TemplateFile,
  variables: ReadonlyMap<string, Value>,
  missing: MissingAttributes,
): string {
  try {
    return environment.getTemplate(file.name).render(Object.fromEntries(variables));
  } catch (error) {
    throw describeJinjaError(error, missing.hint(error));
  }
}
