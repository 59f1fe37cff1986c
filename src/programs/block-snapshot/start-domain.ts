import { logged } from '../../disks/call-log.ts';
import type { HookCall } from '../../libvirt/hook-call.ts';
import { prepareDomain } from '../../libvirt/prepare-domain.ts';
import { besideOperations } from './operations.ts';

/**
 * What the hook does for a domain of ours, and for no other loads.
 * @param xml the domain's XML
 * @throws Refusal
 */
export function startDomain(call: HookCall, xml: string): void {
  const { driver, guest, operation } = call;
  const start = () => besideOperations(() => prepareDomain(call, xml));
  logged(`block-snapshot-${driver}`, guest, operation, start);
}
