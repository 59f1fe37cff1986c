import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadAddonFrom } from '../../src/native/addon.ts';
import { XenstoreError } from '../../src/xen/xenstore/error.ts';
import { withXenstore, type Xenstore } from '../../src/xen/xenstore/store.ts';
import type { Behaviour } from '../xenstore/behaviour.ts';
import { RunningServer } from '../xenstore/running-server.ts';
import { PROJECT } from './executable.ts';

loadAddonFrom(join(PROJECT, 'dist', 'block-snapshot.node'));
const folder = mkdtempSync(join(tmpdir(), 'xenstore-'));
const server = await RunningServer.start(join(folder, 'socket'));
t.teardown(() => {
  server.stop();
  rmSync(folder, { recursive: true });
});
process.env['XENSTORED_PATH'] = server.socket;

/** What an action throws; fails the test when it throws nothing, or takes longer than it may. */
function refusal(test: Test, limit: number, action: (store: Xenstore) => void): XenstoreError {
  const started = performance.now();
  try {
    withXenstore(action);
  } catch (error) {
    test.ok(performance.now() - started < limit, `it is refused within ${limit} ms`);
    if (error instanceof XenstoreError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

t.beforeEach(() => {
  server.behave('proper');
  server.changes();
});

t.test('what is written can be read, listed and removed', test => {
  withXenstore(store => {
    store.write('backend/vbd/1/1/params', '/a:/b');
    store.write('/local/domain/0/backend/vbd/2/1/params', 'ä ö');
    test.equal(store.read('/local/domain/0/backend/vbd/1/1/params'), '/a:/b');
    test.equal(store.read('backend/vbd/2/1/params'), 'ä ö');
    test.same(store.directory('backend/vbd'), ['1', '2']);
    store.remove('backend/vbd/1');
    test.equal(store.read('backend/vbd/1/1/params'), undefined, 'a node that is not there has no value');
    test.same(store.directory('backend/vbd/1'), []);
    store.remove('backend/vbd/1');
    store.write('empty', '');
    test.equal(store.read('empty'), '');
    store.write('long', 'x'.repeat(4096 - 5));
    test.equal(store.read('long')?.length, 4096 - 5);
  });
  test.end();
});

t.test('a transaction takes effect as one, and not at all when it fails', test => {
  withXenstore(store => {
    store.transaction(transaction => {
      transaction.write('a', '1');
      transaction.write('b', '2');
      test.equal(transaction.read('a'), '1');
      test.equal(store.read('a'), undefined, 'nobody else sees it before its end');
    });
    test.same(server.changes(), [
      [
        ['/local/domain/0/a', '1'],
        ['/local/domain/0/b', '2'],
      ],
    ]);
    test.throws(() =>
      store.transaction(transaction => {
        transaction.write('a', 'other');
        throw new Error('on purpose');
      }),
    );
    test.equal(store.read('a'), '1');
  });
  test.end();
});

t.test('a transaction that something else got in the way of runs again', test => {
  withXenstore(store => {
    let runs = 0;
    store.transaction(transaction => {
      runs += 1;
      transaction.write('counter', String(runs));
      if (runs === 1) store.write('counter', 'in the way');
    });
    test.equal(runs, 2);
    test.equal(store.read('counter'), '2');
    server.behave('EAGAIN three times');
    runs = 0;
    store.transaction(transaction => {
      runs += 1;
      transaction.write('counter', 'at last');
    });
    test.equal(runs, 4);
    test.equal(store.read('counter'), 'at last');
  });
  test.end();
});

t.test('a server that breaks the protocol is found out at once, and named', test => {
  withXenstore(store => store.write('node', 'value'));
  for (const [behaviour, code, reason] of [
    ['wrong type', 'EPROTO', /"read node" got an answer of type 1, not 2/],
    ['wrong request id', 'EPROTO', /got an answer to request 2, not 1/],
    ['wrong transaction id', 'EPROTO', /got an answer in transaction 1, not 0/],
    ['too long', 'EPROTO', /got an answer of 4097 bytes, more than 4096/],
    ['watch event', 'EPROTO', /got an answer of type 15, not 2/],
    ['half a header', 'ECONNRESET', /ended the conversation at "read node"/],
    ['half an answer', 'ECONNRESET', /ended the conversation at "read node"/],
    ['closes', 'ECONNRESET', /ended the conversation at "read node"/],
  ] as const satisfies readonly (readonly [Behaviour, string, RegExp])[]) {
    server.behave(behaviour);
    const error = refusal(test, 60_000, store => store.read('node'));
    test.equal(error.code, code, behaviour);
    test.match(error.message, reason);
    test.match(error.message, server.socket, 'the message names the socket');
  }
  server.behave('no reason');
  test.match(
    refusal(test, 60_000, store => store.read('not there')),
    { code: 'EPROTO', message: 'without a reason' },
  );
  server.behave('no transaction number');
  test.match(
    refusal(test, 60_000, store => store.transaction(() => {})),
    { code: 'EPROTO' },
  );
  test.end();
});

t.test('a server that hangs, trickles or never agrees is given up after 5 seconds', test => {
  for (const [behaviour, reason] of [
    ['hangs', /did not answer "read node" within 5 s/],
    ['trickles', /did not answer "read node" within 5 s/],
  ] as const) {
    server.behave(behaviour);
    const error = refusal(test, 60_000, store => store.read('node'));
    test.match(error, { code: 'ETIMEDOUT', message: reason }, behaviour);
  }
  server.behave('EAGAIN forever');
  let runs = 0;
  const error = refusal(test, 60_000, store =>
    store.transaction(transaction => {
      runs += 1;
      transaction.write('never', String(runs));
    }),
  );
  test.match(error, { code: 'EAGAIN', message: /did not take a transaction within 5 s/ });
  test.ok(runs > 50 && runs < 5000, `it tries often, with pauses (${runs} times)`);
  test.end();
});

t.test('a server that takes no connection is given up after 5 seconds', async test => {
  server.halt();
  // Its queue of connections that wait, filled up (listen's backlog is 511).
  const waiting = Array.from({ length: 600 }, () => connect(server.socket).on('error', () => {}));
  await new Promise(resolve => setTimeout(resolve, 200));
  const error = refusal(test, 60_000, store => store.read('node'));
  test.match(error, { code: 'ETIMEDOUT', message: 'takes no connection' });
  for (const socket of waiting) socket.destroy();
  server.resume();
});

t.test('values that are no text, and paths that are none, are refused', test => {
  withXenstore(store => store.write('nul', 'a\0b'));
  test.match(
    refusal(test, 60_000, store => store.read('nul')),
    { message: 'nul in xenstore has a NUL in it' },
  );
  test.match(
    refusal(test, 60_000, store => store.read('')),
    { code: 'EINVAL' },
  );
  test.match(
    refusal(test, 60_000, store => store.read('a\0b')),
    { code: 'EINVAL' },
  );
  test.match(
    refusal(test, 60_000, store => store.read('x'.repeat(5000))),
    { code: 'EINVAL' },
  );
  test.match(
    refusal(test, 60_000, store => store.write('a', 'x'.repeat(4096))),
    { code: 'E2BIG' },
  );
  test.end();
});

t.test('without a server the message says what is missing', test => {
  process.env['XENSTORED_PATH'] = join(folder, 'nobody');
  test.match(
    refusal(test, 60_000, store => store.read('a')),
    {
      code: 'ENOENT',
      message: `xenstore at ${folder}/nobody cannot be reached (ENOENT): is xenstored running?`,
    },
  );
  process.env['XENSTORED_PATH'] = 'relative';
  test.match(
    refusal(test, 60_000, store => store.read('a')),
    { message: 'is a relative path' },
  );
  process.env['XENSTORED_PATH'] = server.socket;
  test.end();
});
