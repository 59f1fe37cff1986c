import { withDescriptor } from '../devices/kernel/open-descriptor.ts';
import { host } from '../host/host.ts';
import { addon } from '../native/addon.ts';
import { failureText } from '../words/failure-text.ts';
import { oneLine } from '../words/printable.ts';

/** The log that all of Xen's hotplug scripts share. */
export const XEN_LOG = '/var/log/xen/xen-hotplug.log';

/** That of all other calls that no person makes: libvirt's and qubesd's. */
const LOG = '/var/log/block-snapshot.log';

const SYSLOG = '/dev/log';

/** Facility daemon, severity error (RFC 5424, 6.2.1). */
const DAEMON_ERROR = 3 * 8 + 3;

/** One line for a call: when, who, for whom, what was asked, what was done, and how long it took. */
export function logCall(program: string, subject: string, command: string, done: string, log = LOG): void {
  const milliseconds = Math.round(host.elapsed());
  append(
    log,
    `${new Date().toISOString()} ${program}[${host.processId}] ${oneLine(subject)} ` +
      `${command}: ${oneLine(done).slice(0, 4000)} (${milliseconds} ms)\n`,
  );
}

/**
 * Does what a program asks for, and writes a line about it: what it gives, which is what was done, or why it failed.
 * @param subject what the call is about
 */
export function logged(program: string, subject: string, command: string, action: () => string): void {
  try {
    logCall(program, subject, command, action());
  } catch (error) {
    logCall(program, subject, command, `failed: ${failureText(error)}`);
    throw error;
  }
}

/** An error for the system's log, which is where people look. */
export function logError(program: string, subject: string, command: string, reason: string): void {
  try {
    addon().sendDatagram(
      SYSLOG,
      `<${DAEMON_ERROR}>${program}[${host.processId}]: ${subject}: ${command}: ${oneLine(reason).slice(0, 4000)}`,
    );
  } catch {
    // No syslog runs here, or it is too busy: the line in the log file has to do.
  }
}

function append(log: string, line: string): void {
  try {
    const { writeOnly, append: toEnd, create, noFollow, nonBlocking } = addon().openFlags;
    withDescriptor(
      addon().openFile(log, writeOnly | toEnd | create | noFollow | nonBlocking, 0o640),
      descriptor => addon().writeText(descriptor, line),
    );
  } catch {
    // A log that cannot be written keeps no VM from its disk.
  }
}
