import { withDescriptor } from '../../devices/kernel/open-descriptor.ts';
import { host } from '../../host/host.ts';
import { addon } from '../../native/addon.ts';
import { oneLine } from '../../words/printable.ts';

/** The log that all of Xen's hotplug scripts share. */
const LOG = '/var/log/xen/xen-hotplug.log';
const SYSLOG = '/dev/log';

/** Facility daemon, severity error (RFC 5424, 6.2.1). */
const DAEMON_ERROR = 3 * 8 + 3;

/** What a call was about: a path in xenstore and its domain, where they are known. */
export interface Subject {
  path: string;
  domain: string;
}

/** One line for a call: when, who, for whom, what was asked, what was done, and how long it took. */
export function logCall(program: string, subject: Subject, command: string, done: string): void {
  const milliseconds = Math.round(host.elapsed());
  append(
    `${new Date().toISOString()} ${program}[${host.processId}] ${subject.path} domain ${subject.domain} ` +
      `${command}: ${oneLine(done).slice(0, 4000)} (${milliseconds} ms)\n`,
  );
}

/** An error for the system's log, which is where people look. */
export function logError(program: string, subject: Subject, command: string, reason: string): void {
  try {
    addon().sendDatagram(
      SYSLOG,
      `<${DAEMON_ERROR}>${program}[${host.processId}]: ${subject.path}: ${command}: ${oneLine(reason).slice(0, 4000)}`,
    );
  } catch {
    // No syslog runs here, or it is too busy: the line in the log file has to do.
  }
}

function append(line: string): void {
  try {
    const { writeOnly, append: toEnd, create, noFollow, nonBlocking } = addon().openFlags;
    withDescriptor(
      addon().openFile(LOG, writeOnly | toEnd | create | noFollow | nonBlocking, 0o640),
      descriptor => addon().writeText(descriptor, line),
    );
  } catch {
    // A log that cannot be written keeps no VM from its disk.
  }
}
