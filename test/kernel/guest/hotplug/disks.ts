import { spawnSync } from 'node:child_process';
import { withXenstore } from '../../../../src/xen/xenstore/store.ts';
import { executable, type Outcome } from '../programs.ts';
import './surroundings.ts';

export type Type = 'snapshot' | 'origin' | 'reflink' | 'reflink-origin';

/** One disk of a VM as libxl has it. */
export interface Disk {
  type: Type;
  domain: number;
  device: number;
}

export const FIRST_DEVICE = 51712;

export function disk(domain: number, type: Type = 'snapshot', device = FIRST_DEVICE): Disk {
  return { type, domain, device };
}

export function pathOf({ domain, device }: Disk): string {
  return `backend/vbd/${domain}/${device}`;
}

export function keyOf(of: Disk): string {
  return pathOf(of).replaceAll('/', '-');
}

/** Writes what libxl writes before it runs the script. */
export function makeBackend(of: Disk, parameters: string, mode = 'w'): void {
  withXenstore(store => {
    store.write(`${pathOf(of)}/params`, parameters);
    store.write(`${pathOf(of)}/mode`, mode);
    store.write(`${pathOf(of)}/state`, '2');
  });
}

/** Writes what libxl writes of a domain. @param target the VM that it serves, when it is a stub domain */
export function makeDomain({ domain }: Disk, vm: string, target?: Disk): void {
  withXenstore(store => {
    store.write(`/local/domain/${domain}/vm`, `/vm/${vm}`);
    if (target !== undefined) store.write(`/local/domain/${domain}/target`, String(target.domain));
  });
}

/** Deletes what libxl deletes after the script has ended, whatever became of it. */
export function deleteBackend(of: Disk): void {
  withXenstore(store => {
    store.remove(pathOf(of));
    const domain = `backend/vbd/${of.domain}`;
    if (store.directory(domain).length === 0) store.remove(domain);
  });
}

/** Deletes all backends of disks that a failed test has left. */
export function deleteBackends(): void {
  withXenstore(store => {
    for (const domain of store.directory('backend/vbd')) store.remove(`backend/vbd/${domain}`);
  });
}

export function readBackend(of: Disk, name: string): string | undefined {
  return withXenstore(store => store.read(`${pathOf(of)}/${name}`));
}

/** Runs the script as libxl does. @param xenbusPath when given, instead of the disk's own */
export function runScript(of: Disk, command: 'add' | 'remove', xenbusPath = pathOf(of)): Outcome {
  const { status, stdout, stderr, error } = spawnSync(executable(`block-${of.type}`), [command], {
    cwd: '/',
    encoding: 'utf8',
    env: { XENBUS_TYPE: 'vbd', XENBUS_PATH: xenbusPath, XENBUS_BASE_PATH: 'backend', PATH: '/usr/bin' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** Attaches a disk, which has to succeed. @returns its node, as blkback is told of it */
export function mustAdd(of: Disk, parameters: string, mode = 'w'): string {
  makeBackend(of, parameters, mode);
  const { status, stdout, stderr } = runScript(of, 'add');
  if (status !== 0 || stdout !== '' || stderr !== '')
    throw new Error(`add ${parameters}: exit ${status}: ${stdout}${stderr}`);
  return readBackend(of, 'physical-device-path') ?? '';
}

/** Detaches a disk, which has to succeed, in silence. */
export function mustRemove(of: Disk): void {
  const { status, stdout, stderr } = runScript(of, 'remove');
  deleteBackend(of);
  if (status !== 0 || stdout !== '' || stderr !== '')
    throw new Error(`remove ${pathOf(of)}: exit ${status}: ${stdout}${stderr}`);
}
