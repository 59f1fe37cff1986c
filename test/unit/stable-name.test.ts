import t from 'tap';
import { isStableName } from '../../src/devices/plan/stable-name.ts';

t.test(
  'a name that stays is one that is kept by what a disk is, not by what is on it, nor by its turn',
  test => {
    for (const path of [
      '/dev/rbd/pool/image@snap',
      '/dev/disk/by-id/scsi-360014051',
      '/dev/disk/by-path/ip-10.0.0.1:3260-iscsi-iqn.2003-01.org:t-lun-0',
      '/dev/group/volume',
      '/dev/mapper/group-volume',
      '/dev/etherd/e0.0',
    ])
      test.ok(isStableName(path), path);
    for (const path of [
      '/dev/nbd0',
      '/dev/sda',
      '/dev/rbd0',
      '/dev/dm-3',
      '/dev/disk/by-uuid/0bd8-1',
      '/dev/disk/by-label/root',
      '/dev/disk/by-partuuid/0bd8-1',
      '/dev/disk/by-diskseq/9',
      '/dev/block/43:0',
      '/srv/dev/rbd/pool/image',
    ])
      test.notOk(isStableName(path), path);
    test.end();
  },
);
