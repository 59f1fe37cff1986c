// The daemon that Xen's scripts ask is gone for a while.
import { renameSync } from 'node:fs';
import { type Host, vmNamed } from '../model/host.ts';
import { deed, type Plan, planOf } from './plan.ts';
import { chosen, type StartPicks, startVm, stopVm } from './vms.ts';

const SOCKET = '/run/xenstored/socket';
const AWAY = `${SOCKET}.away`;

const goes = deed('systemctl stop xenstored', () => renameSync(SOCKET, AWAY));
const comes = deed('systemctl start xenstored', () => renameSync(AWAY, SOCKET));

/** A VM is to start while it is gone. */
export function startWithoutXenstored(host: Host, picks: Omit<StartPicks, 'way'>): Plan | undefined {
  const vm = chosen(host.vms, picks.vm);
  const plan = startVm(host, { ...picks, way: 'xen' });
  if (vm === undefined || plan === undefined) return undefined;
  const { before = [], call } = plan;
  const [backend] = before.slice(-1);
  return planOf({
    before: [...before, goes],
    call,
    after: [comes, ...(backend?.undo === undefined ? [] : [backend.undo])],
    refused: /xenstore/,
    settle: after => {
      // Where its file was to be a new one, that is empty.
      if (before.length > 1) vmNamed(after, vm.name).disk = undefined;
    },
  });
}

/** A VM stops while it is gone: what it had goes by the records. */
export function stopWithoutXenstored(host: Host, picks: { vm: number; sensible: boolean }): Plan | undefined {
  const plan = stopVm(host, picks);
  if (plan === undefined) return undefined;
  return { ...plan, before: [goes], after: [comes, ...(plan.after ?? [])] };
}
