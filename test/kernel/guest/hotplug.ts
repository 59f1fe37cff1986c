// add and remove as libxl calls them, on the real kernel, with a small xenstore.
import { xenstored } from './hotplug/surroundings.ts';
import './hotplug/attach.ts';
import './hotplug/claims.ts';
import './hotplug/sharing.ts';
import './hotplug/long-names.ts';
import './hotplug/failures.ts';
import './hotplug/libvirt.ts';
import './hotplug/libvirt-log.ts';

process.once('beforeExit', () => xenstored.stop());
