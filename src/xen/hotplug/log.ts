import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { oneLine } from '../../devices/request/image-path.ts';
import { addon } from '../../native/addon.ts';

/** The log that all of Xen's hotplug scripts share. */
const LOG = '/var/log/xen/xen-hotplug.log';
const SYSLOG = '/dev/log';

/** Facility daemon, severity error (RFC 5424, 6.2.1). */
const DAEMON_ERROR = 3 * 8 + 3;

/** O_CLOEXEC of fcntl.h, which node:fs does not name. */
const CLOSE_ON_EXEC = 0o2000000;

/** What a call was about: a path in xenstore and its domain, where they are known. */
export interface Subject {
  path: string;
  domain: string;
}

/** One line for a call: when, who, for whom, what was asked, what was done, and how long it took. */
export function logCall(program: string, subject: Subject, command: string, done: string): void {
  const milliseconds = Math.round(performance.now());
  append(
    `${new Date().toISOString()} ${program}[${process.pid}] ${subject.path} domain ${subject.domain} ` +
      `${command}: ${oneLine(done)} (${milliseconds} ms)\n`,
  );
}

/** An error for the system's log, which is where people look. */
export function logError(program: string, subject: Subject, command: string, reason: string): void {
  try {
    addon().sendDatagram(
      SYSLOG,
      `<${DAEMON_ERROR}>${program}[${process.pid}]: ${subject.path}: ${command}: ${oneLine(reason).slice(0, 4000)}`,
    );
  } catch {
    // No syslog runs here, or it is too busy: the line in the log file has to do.
  }
}

function append(line: string): void {
  try {
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
    const descriptor = openSync(LOG, flags | CLOSE_ON_EXEC, 0o640);
    try {
      writeSync(descriptor, line);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // A log that cannot be written keeps no VM from its disk.
  }
}
