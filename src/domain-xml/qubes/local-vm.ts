import { Refusal } from '../../words/refusal.ts';

/**
 * Refuses what is no VM of this machine's hypervisor.
 * @throws Refusal that says what it is instead
 */
export function requireLocal(name: string, klass: string): void {
  if (klass === 'AdminVM') throw new Refusal(`${name} is what the VMs run on: it has no domain XML`);
  if (klass === 'RemoteVM') {
    throw new Refusal(`${name} is a RemoteVM, which runs on another machine: it has no domain XML here`);
  }
}
