import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT, runAs } from './executable.ts';

const RECORDS = '/run/xen-hotplug';
const hadRecords = existsSync(RECORDS);

/** Runs the script with a XENBUS_PATH, where no xenstore can be reached. */
function runWith(xenbusPath: string | undefined, program: string, ...parameters: string[]) {
  const { status, stdout, stderr, error } = spawnSync(join(PROJECT, 'dist', program), parameters, {
    encoding: 'utf8',
    env: {
      XENSTORED_PATH: '/nowhere/socket',
      ...(xenbusPath === undefined ? {} : { XENBUS_PATH: xenbusPath }),
    },
    timeout: 20_000,
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

t.test('XENBUS_PATH is checked before it is used', test => {
  for (const path of [
    undefined,
    '',
    'backend/vbd/22',
    'backend/vbd/22/51712/',
    'backend/vbd/22/../22/51712',
    '../../etc/1/2',
    'backend/v-b-d/22/51712',
    'backend/vbd/22/51712\n',
    'backend/vbd/22/-1',
    'backend//vbd/22/51712',
    'backend/vbd/22/51712\u001b[31m',
    `backend/${'v'.repeat(300)}/22/51712`,
  ])
    for (const command of ['add', 'remove']) {
      const { status, stdout, stderr } = runWith(path, 'block-snapshot', command);
      test.same([status, stdout, stderr.split('\n').length], [1, '', 2], path ?? 'not set');
      test.match(
        stderr,
        path === undefined || path === ''
          ? 'XENBUS_PATH is not set: add and remove are for libxl to call'
          : /^block-snapshot: XENBUS_PATH backend.* is not the path of a backend|XENBUS_PATH \.\./,
      );
      test.notOk(stderr.includes('undefined') || stderr.includes('\u001b'), stderr);
    }
  test.end();
});

t.test('without xenstore, add says what is missing', test => {
  test.match(runWith('backend/vbd/1/51712', 'block-origin', 'add'), {
    status: 1,
    stdout: '',
    stderr: 'block-snapshot: xenstore at /nowhere/socket cannot be reached (ENOENT): is xenstored running?\n',
  });
  test.equal(existsSync(RECORDS), hadRecords, 'nothing was recorded');
  test.end();
});

t.test('add and remove take no argument, and their type from the name they are called by', test => {
  for (const command of ['add', 'remove']) {
    test.match(runWith('backend/vbd/1/51712', 'block-snapshot', command, 'more'), {
      status: 2,
      stderr: 'too many arguments',
    });
    test.equal(runAs('create-snapshot', command).status, 2);
  }
  test.end();
});
