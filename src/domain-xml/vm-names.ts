import { existsSync } from 'node:fs';
import { QUBES_XML, QUBESD_SOCKET } from './description/describe.ts';

/** Seconds that libvirt may take: somebody waits at a prompt. */
const PATIENCE = 5;

/** Where the names of VMs are looked for, in this order, and asked of each that is there. */
const SOURCES: readonly (() => Promise<Iterable<string>>)[] = [
  async () => (existsSync(QUBESD_SOCKET) ? ofQubesd() : existsSync(QUBES_XML) ? ofQubesXml() : []),
  async () => {
    const { tryVirsh } = await import('./virsh.ts');
    const { exitCode, stdout } = await tryVirsh({
      connect: undefined,
      args: ['--readonly', '--quiet', 'list', '--all', '--name'],
      limit: PATIENCE,
    });
    return exitCode === 0 ? stdout.split('\n').filter(name => name !== '') : [];
  },
];

/** The names of VMs that Qubes or libvirt know, sorted: what cannot be asked is as if it knew none. */
export async function vmNames(): Promise<string[]> {
  const answers = await Promise.all(SOURCES.map(source => source().catch(() => [])));
  return [...new Set(answers.flatMap(names => [...names]))].sort();
}

async function ofQubesd(): Promise<Iterable<string>> {
  const [{ AdminApi }, { listedVms }] = await Promise.all([
    import('./admin-api/connection.ts'),
    import('./admin-api/replies.ts'),
  ]);
  const call = { method: 'admin.vm.List', destination: 'dom0' };
  return listedVms(await new AdminApi(QUBESD_SOCKET).ask(call.method, call.destination), call).keys();
}

async function ofQubesXml(): Promise<Iterable<string>> {
  const { QubesXmlFile } = await import('./qubes-xml/file.ts');
  return new QubesXmlFile(QUBES_XML).classes.keys();
}
