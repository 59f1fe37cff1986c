import { rmSync, writeFileSync } from 'node:fs';
import { must } from '../programs.ts';
import { finds } from './diagnosis.ts';
import { DOCUMENTED, LVM_CONFIGURATION } from './surroundings.ts';

const CONFIGURATION = '/etc/block-snapshot.conf';

finds('a mistake in the configuration', {
  kinds: ['wrong-configuration'],
  mends: false,
  plant: () => {
    writeFileSync(CONFIGURATION, 'REVISIONS=many\n');
    return () => rmSync(CONFIGURATION);
  },
});

finds('a configuration that others can write', {
  kinds: ['open-configuration'],
  mends: true,
  plant: () => {
    writeFileSync(CONFIGURATION, '');
    must('chmod', '666', CONFIGURATION);
    return () => rmSync(CONFIGURATION);
  },
});

finds('LVM that looks into the disks of VMs', {
  kinds: ['lvm-looks'],
  mends: false,
  plant: () => {
    writeFileSync(LVM_CONFIGURATION, 'devices {\n}\n');
    return () => writeFileSync(LVM_CONFIGURATION, DOCUMENTED);
  },
});

finds('a driver that the kernel lacks', {
  kinds: ['module-missing'],
  mends: true,
  plant: () => {
    must('rmmod', 'dm_snapshot');
  },
});
