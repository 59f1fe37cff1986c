import type { DescriptionSource } from '../../domain-xml/description/describe.ts';
import { RELEASES, type Release, releaseNamed } from '../../domain-xml/qubes/release.ts';
import { usageError } from '../../words/refusal.ts';

/** The options that say where the VM's description comes from, as they were given; undefined is not given. */
export interface SourceArguments {
  vm?: string | undefined;
  qubesXml?: string | undefined;
  qubesd?: string | undefined;
  kernels?: string | undefined;
  hostMemory?: string | undefined;
  release?: string | undefined;
}

/**
 * What they mean.
 * @throws Refusal
 */
export function descriptionSource(request: SourceArguments): DescriptionSource {
  const { vm, qubesXml, qubesd, kernels, hostMemory, release } = request;
  if (vm !== undefined && [kernels, hostMemory, release].some(value => value !== undefined)) {
    throw usageError(
      '--vm has the whole description: --kernels, --host-memory and --release do not go with it',
    );
  }
  return {
    vmFile: vm,
    qubesXmlFile: qubesXml,
    qubesdSocket: qubesd,
    kernelsFolder: kernels,
    hostMemory: mebibytes(hostMemory),
    release: knownRelease(release),
  };
}

function knownRelease(text: string | undefined): Release | undefined {
  if (text === undefined) return undefined;
  const release = releaseNamed(text);
  if (release !== undefined) return release;
  throw usageError(`--release ${JSON.stringify(text)}: must be one of ${RELEASES.join(', ')}`);
}

function mebibytes(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw usageError(`--host-memory ${JSON.stringify(text)}: must be a number of MiB`);
  }
  return Number(text);
}
