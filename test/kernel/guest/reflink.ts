// Disks that are clones of files, on real XFS and btrfs.
import './reflink/disks.ts';
import './reflink/refusals.ts';
import './reflink/life.ts';
import './reflink/driver.ts';
import './reflink/convert.ts';
import './reflink/convert-refusals.ts';
import './reflink/attached.ts';
import './reflink/crowd.ts';
import { xenstored } from './hotplug/surroundings.ts';

process.once('beforeExit', () => xenstored.stop());
