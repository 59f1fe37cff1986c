// What list and graph show of real devices, with a small xenstore.
import { xenstored } from './hotplug/surroundings.ts';
import './list/nothing.ts';
import './list/kernel.ts';
import './list/versions.ts';
import './list/users.ts';
import './list/domains.ts';
import './list/loops.ts';
import './list/odd-devices.ts';
import './list/meanwhile.ts';
import './list/pictures.ts';

process.once('beforeExit', () => xenstored.stop());
