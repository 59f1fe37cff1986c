import { mkdirSync } from 'node:fs';
import { RunningServer } from '../../../xenstore/running-server.ts';
import { must } from '../programs.ts';

/** What a hotplug script finds in dom0: xenstored, and a folder for the log. The root here is read-only. */
export const LOG = '/var/log/xen/xen-hotplug.log';
must('mount', '-t', 'tmpfs', 'tmpfs', '/var/log');
mkdirSync('/var/log/xen');
mkdirSync('/run/xenstored');

/** It listens where the executable looks for it by itself. */
export const xenstored = await RunningServer.start('/run/xenstored/socket');
