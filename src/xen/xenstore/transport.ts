import { openToWrite } from '../../devices/kernel/open-descriptor.ts';
import { host } from '../../host/host.ts';
import { addon } from '../../native/addon.ts';
import { isSystemError } from '../../native/system-error.ts';
import { printable } from '../../words/printable.ts';
import { XenstoreError } from './error.ts';

/** Where xenstored listens, and where the kernel passes messages on to it in a domain that has no xenstored. */
const SOCKET = '/run/xenstored/socket';
const DEVICE = '/dev/xen/xenbus';

/** An open way to xenstore; the caller closes the descriptor. */
export interface Transport {
  descriptor: number;
  /** The path, for messages. */
  path: string;
}

/**
 * Connects to xenstore: by the socket that XENSTORED_PATH names (as for Xen's own tools), else by the usual one, else
 * by the kernel's device.
 * @throws XenstoreError when there is none
 */
export function openTransport(milliseconds: number): Transport {
  const given = host.environment('XENSTORED_PATH');
  if (given !== undefined && given !== '') {
    if (!given.startsWith('/'))
      throw new XenstoreError(
        `XENSTORED_PATH ${printable(given)} is a relative path: give the absolute one`,
        'EINVAL',
      );
    return connect(given, milliseconds);
  }
  try {
    return connect(SOCKET, milliseconds);
  } catch (error) {
    if (!(error instanceof XenstoreError) || !['ENOENT', 'ECONNREFUSED'].includes(error.code)) throw error;
  }
  try {
    return { descriptor: openToWrite(DEVICE), path: DEVICE };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new XenstoreError(
      `xenstore is not there (neither ${SOCKET} nor ${DEVICE}: ${error.code}): is this a Xen domain, and xenstored running?`,
      error.code,
    );
  }
}

function connect(path: string, milliseconds: number): Transport {
  try {
    return { descriptor: addon().connectUnixSocket(path, milliseconds), path };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new XenstoreError(
      error.code === 'ETIMEDOUT'
        ? `xenstore at ${printable(path)} takes no connection: is xenstored stuck?`
        : `xenstore at ${printable(path)} cannot be reached (${error.code}): is xenstored running?`,
      error.code,
    );
  }
}
