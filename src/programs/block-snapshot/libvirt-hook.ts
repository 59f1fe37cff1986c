import { host } from '../../host/host.ts';
import { attachmentsOf } from '../../libvirt/attachments.ts';
import { type Driver, type HookCall, hookCall } from '../../libvirt/hook-call.ts';
import { NAMESPACE_FAMILY } from '../../libvirt/namespace.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';

const STANDARD_INPUT = 0;

/** libvirt takes no longer XML by far (REMOTE_STRING_MAX of its protocol is 4 MiB). */
const LONGEST_XML = 64 * 1024 * 1024;

/** libvirt writes a domain's own uuid right behind its name, before anything that others may fill. */
const UUID = /<uuid>([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})<\/uuid>/;
const UUID_WITHIN = 64 * 1024;

/**
 * libvirt's hook. Every start and stop of every domain comes by here, several times: what is none of our business ends
 * before anything is read or loaded. Standard output stays empty, which means to libvirt that the XML is as it was.
 * @throws Refusal
 */
export async function runLibvirtHook(driver: Driver, parameters: readonly string[]): Promise<void> {
  const call = hookCall(driver, parameters);
  switch (call.operation) {
    case 'prepare begin':
      return prepare(call);
    case 'release end':
      return release(call);
    case 'migrate begin':
      return refuse(
        call,
        'cannot be migrated to this machine: its disks are snapshots of files that the other machine has open; ' +
          'shut it down there, and start it here',
      );
    case 'restore begin':
      return refuse(
        call,
        'cannot be restored: its disks were taken down when it was saved, and may have another content now; ' +
          'start it anew (virsh start --force-boot)',
      );
    default:
      // "reconnect begin" among them: libvirtd was restarted, the domain runs, and its devices are as they were.
      return;
  }
}

async function prepare(call: HookCall): Promise<void> {
  const xml = domainOfOurs();
  if (xml === undefined) return;
  (await import('./start-domain.ts')).startDomain(call, host.textOf(xml));
}

async function release(call: HookCall): Promise<void> {
  const start = readInput(UUID_WITHIN, '<uuid>');
  const uuid = start === undefined ? undefined : UUID.exec(host.textOf(start))?.[1];
  if (uuid === undefined)
    throw new Refusal(`${printable(call.guest)}: the domain XML on standard input has no uuid`);
  const disks = attachmentsOf(call.driver, uuid);
  if (disks.length > 0) (await import('../../libvirt/release-domain.ts')).releaseDomain(call, disks);
}

function refuse({ guest }: HookCall, reason: string): void {
  if (domainOfOurs() !== undefined) throw new Refusal(`${printable(guest)} ${reason}`);
}

/** The domain's XML; undefined where nothing of our namespaces stands in it: then there is nothing to parse. */
function domainOfOurs(): Uint8Array | undefined {
  const xml = readInput(LONGEST_XML + 1, NAMESPACE_FAMILY);
  if (xml !== undefined && xml.length > LONGEST_XML)
    throw new Refusal(`the domain XML on standard input is longer than ${LONGEST_XML / 1024 / 1024} MiB`);
  return xml;
}

/** What libvirt writes, where this text is in it. @throws Refusal when the end of it does not come */
function readInput(longest: number, text: string): Uint8Array | undefined {
  try {
    return addon().readInput(STANDARD_INPUT, longest, text) ?? undefined;
  } catch (error) {
    if (isSystemError(error, 'ETIMEDOUT'))
      throw new Refusal(
        'the domain XML on standard input did not come to its end within 20 s: is libvirtd stuck?',
      );
    throw error;
  }
}
