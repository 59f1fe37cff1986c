// libvirt's hook, as libvirt calls it, without a libvirt.
import { spawnSync } from 'node:child_process';
import type { Template } from '../images.ts';
import { executable, type Outcome } from '../programs.ts';

export const LINKS = '/run/block-snapshot';

/** A domain of libvirt with one disk. */
export interface Domain {
  name: string;
  uuid: string;
  /** The name in its links, where that is another. */
  folder?: string;
}

export const domain = (name: string, number: number, folder?: string): Domain => ({
  name,
  uuid: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  ...(folder === undefined ? {} : { folder }),
});
export const linkOf = ({ name, folder = name }: Domain) => `${LINKS}/${folder}/xvda`;
export const stackOf = (template: Template, cow: string) => `${template.root}:${template.rootCow}:${cow}`;

export function xmlOf(of: Domain, images: string, inside = ''): string {
  const name = of.name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<domain type='xen'>
  <name>${name}</name>
  <uuid>${of.uuid}</uuid>
  <metadata><b:devices xmlns:b="urn:block-snapshot:devices:1"><b:device target="xvda" type="snapshot" images="${images}"/></b:devices></metadata>
  <devices><disk><source dev='${linkOf(of)}'/><target dev='xvda'/>${inside}</disk></devices>
</domain>`;
}

export function hook(of: Domain, operation: string, input: string, command: string[] = []): Outcome {
  const [program = '', ...parameters] = [
    ...command,
    executable('block-snapshot-libxl'),
    of.name,
    ...operation.split(' '),
    '-',
  ];
  const { status, stdout, stderr, error } = spawnSync(program, parameters, {
    cwd: '/',
    input,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (error !== undefined && (error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  return { status, stdout, stderr };
}

export function mustHook(of: Domain, operation: string, images = '', inside = ''): void {
  const { status, stdout, stderr } = hook(of, operation, xmlOf(of, images, inside));
  if (status !== 0 || stdout !== '' || stderr !== '')
    throw new Error(`${of.name} ${operation}: exit ${status}: ${stdout}${stderr}`);
}

export const start = (of: Domain, images: string) => mustHook(of, 'prepare begin', images);
export const stop = (of: Domain) => mustHook(of, 'release end');
