import { join } from 'node:path';
import t from 'tap';
import { PROJECT } from '../unit/executable.ts';

// Boots a real Xen and runs the parts of dom0/parts in its dom0; their checks are reported as this run's own. The limit in
// time is the boot's.
t.setTimeout(0);
t.spawn(
  join(PROJECT, 'test/xen/run.sh'),
  [],
  { timeout: 0 },
  'a real Xen, its xl, real guests, and a real libvirtd',
);
