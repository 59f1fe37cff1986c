import { asNobody } from '../as-nobody.ts';
import { check } from '../checks.ts';
import { blockSnapshot } from '../programs.ts';
import { seenByProgram } from './seen.ts';

check('without any device list says so, and its JSON is empty', test => {
  const { status, stdout, stderr } = blockSnapshot('list');
  test.same([status, stderr], [0, '']);
  test.equal(stdout, 'No template is in use: device-mapper has no device of block-snapshot.\n');
  test.same(seenByProgram(), {
    version: 1,
    templates: [],
    clones: [],
    loopDevices: [],
    staleRecords: [],
    unused: [],
    lost: [],
    filesystems: [],
  });
});

check('without root list is refused in one line', test => {
  const { status, stdout, stderr } = asNobody('list');
  test.same([status, stdout], [1, '']);
  test.match(stderr, /^block-snapshot: no permission to .*: run as root\n$/);
});
