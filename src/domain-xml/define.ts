import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../words/refusal.ts';
import { type CheckRequest, checkDomain } from './check.ts';
import { inPrivateFolder } from './private-folder.ts';
import { dumpDomain, findDomain, virsh } from './virsh.ts';
import { type DiffLine, diffXml } from './xml/diff.ts';
import { parseXml } from './xml/parse.ts';

export interface DefineRequest extends CheckRequest {
  /** libvirt's URI; undefined leaves it to virsh. */
  connect: string | undefined;
}

/** A domain that can be handed to libvirt, and what that would change. */
export interface Proposal {
  name: string;
  /** The template that was used. */
  path: string;
  xml: string;
  /** What libvirt's schema does not take, one line each: then there is nothing to hand over. */
  problems: string[];
  warnings: string[];
  /** The domain's uuid in libvirt; undefined where it has none of that name. */
  uuid: string | undefined;
  /** What changes against what libvirt has; none for a new domain. */
  changes: DiffLine[];
}

/**
 * Renders, checks, and compares with what libvirt has.
 * @throws Refusal
 */
export async function proposeDomain(request: DefineRequest): Promise<Proposal> {
  const { name, connect } = request;
  const { path, xml, problems, warnings } = await checkDomain(request);
  const proposal = { name, path, xml, problems, warnings, uuid: undefined, changes: [] };
  if (problems.length > 0) return proposal;
  const domain = parseXml(xml, path);
  const called = domain.children.find(child => child.name === 'name')?.text;
  // virsh would define that one, whatever it has been asked for.
  if (called !== name)
    throw new Refusal(
      `${path}: gives a domain called ${called ?? 'nothing'}, not ${name}: nothing is defined`,
    );
  const uuid = await findDomain(name, connect);
  if (uuid === undefined) return proposal;
  const changes = diffXml(parseXml(await dumpDomain(uuid, connect), `virsh dumpxml ${name}`), domain);
  return { ...proposal, uuid, changes };
}

/**
 * Hands the domain to libvirt, which keeps it.
 * @throws Refusal
 */
export async function defineDomain(proposal: Proposal, connect: string | undefined): Promise<void> {
  await withFile(proposal, file =>
    virsh({ connect, args: ['define', '--file', file], what: `define ${proposal.name}` }),
  );
}

/**
 * Hands the domain to libvirt, which starts it and forgets it when it stops.
 * @throws Refusal
 */
export async function createDomain(
  proposal: Proposal,
  { connect, paused, limit }: { connect: string | undefined; paused: boolean; limit: number },
): Promise<void> {
  await withFile(proposal, file =>
    virsh({
      connect,
      args: ['create', '--file', file, ...(paused ? ['--paused'] : [])],
      what: `create ${proposal.name}`,
      limit,
    }),
  );
}

function withFile({ name, xml }: Proposal, work: (file: string) => Promise<unknown>): Promise<unknown> {
  return inPrivateFolder(folder => {
    const file = join(folder, `${name}.xml`);
    writeFileSync(file, xml);
    return work(file);
  });
}
