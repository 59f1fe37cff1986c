import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { AdminApi } from '../../src/domain-xml/admin-api/connection.ts';
import { readVm } from '../../src/domain-xml/admin-api/read-vm.ts';
import { startBusyServer } from './support/busy-server.ts';
import { modelWith } from './support/qubes-model.ts';
import { type Answer, Qubesd } from './support/qubesd.ts';
import { bytes, complaint, daemonWith, folder, GET_ALL, TEMPLATE, WORK } from './support/qubesd-at-work.ts';
import { run } from './support/run.ts';

const BROKEN: [string, Answer, RegExp][] = [
  ['nothing at all', bytes(), /no reply: qubesd refused the call or broke/],
  ['half a head', bytes('0'), /a reply of no known type, or cut off \(it begins with 30\)$/],
  ['a head without its NUL', bytes('0qid'), /a reply of no known type/],
  ['an unknown type', bytes('1\0'), /a reply of no known type, or cut off \(it begins with 3100\)$/],
  ['what is not UTF-8', bytes('0\0', [0x71, 0xff, 0xfe]), /a reply that is not UTF-8$/],
  ['an overlong NUL', bytes('0\0', [0xc0, 0x80]), /a reply that is not UTF-8$/],
  ['a NUL', 'qid default=True type=int 7\0\n', /a reply with a NUL in it$/],
  ['half a line', 'qid default=True type=int 7\nname defau', /a reply that was cut off$/],
  ['a line of another kind', 'qid 7\n', /a reply that cannot be read: "qid 7"$/],
  [
    'a property twice',
    'a default=True type=str x\n'.repeat(2),
    /cannot be read: "a default=True type=str x"$/,
  ],
  ['an unknown escape', 'a default=True type=str \\t\n', /cannot be read: "a default=True type=str \\\\t"$/],
  ['a backslash at the end', 'a default=True type=str \\\n', /cannot be read: /],
  [
    '5 MiB',
    `a default=True type=str ${'x'.repeat(5 * 1024 * 1024)}\n`,
    /a reply of more than 4194304 bytes$/,
  ],
  ['no property', '', /the reply has no property (qid|label)$/],
  [
    'a failure',
    { exception: 'PermissionDenied', message: 'Access denied' },
    /GetAll of VM work: PermissionDenied: Access denied$/,
  ],
  [
    'a failure with words to fill in',
    { exception: 'QubesVMError', message: 'VM %r is %s at %d%%', words: ["'work'", 'down'] },
    /QubesVMError: VM 'work' is down at %d%%$/,
  ],
  [
    'a failure without a message',
    { exception: 'QubesException', message: '' },
    /of VM work: QubesException$/,
  ],
  [
    'a failure of many lines and with an escape sequence',
    { exception: 'QubesException', message: 'one\n  two\u001b[31m' },
    /QubesException: one two\\x1b\[31m$/,
  ],
  [
    'a failure that is cut off',
    bytes('2\0QubesException\0trace'),
    /a failure that names no exception and message$/,
  ],
  ['a failure of no class', bytes('2\0\0\0message\0'), /a failure that names no exception and message$/],
];

for (const [title, answer, message] of BROKEN) {
  t.test(`qubesd gives ${title}: one line that names the call and the VM`, async t => {
    const line = await complaint(t, GET_ALL, answer);
    t.match(line, /^domain-xml: qubesd, admin\.vm\.property\.GetAll of VM work: /);
    t.match(line, message);
    t.notMatch(line, 'undefined');
  });
}

t.test('A traceback of qubesd is not shown', async t => {
  const line = await complaint(t, GET_ALL, bytes('2\0QubesException\0Traceback: secret\0message\0'));
  t.match(line, /QubesException: message$/);
});

for (const silence of ['hang', 'drip'] as const) {
  t.test(`A call that never ends (${silence}) is given up in time`, async t => {
    const { socket } = await daemonWith(t, ({ method }) => (method === GET_ALL ? silence : undefined));
    const api = new AdminApi(socket, { patience: 3000 });
    t.teardown(() => api.close());
    await t.rejects(readVm(api, 'work'), {
      message: `qubesd, ${GET_ALL} of VM work: no reply within 3 seconds: is qubesd stuck?`,
    });
  });
}

t.test('A socket that nobody listens at, that is none, or that is not there is named', async t => {
  const gone = join(folder, 'gone.sock');
  const daemon = await Qubesd.start(t, gone, modelWith([WORK]));
  daemon.stop();
  const file = join(folder, 'file.sock');
  writeFileSync(file, '');
  for (const socket of [gone, file, join(folder, 'nowhere.sock')]) {
    const { code, errors } = await run('dump', 'work', '--qubesd', socket);
    t.equal(code, 1);
    t.same(errors, [
      `domain-xml: qubesd, admin.vm.List of dom0: nobody listens at ${socket}: is qubesd running? (give --qubes-xml FILE to do without it)`,
    ]);
  }
});

t.test('A socket whose queue is full is waited for', async t => {
  const { socket, takeThem } = await startBusyServer(t, join(folder, 'full.sock'));
  const hasty = new AdminApi(socket, { patience: 300 });
  await t.rejects(readVm(hasty, 'work'), {
    message: `qubesd, admin.vm.List of dom0: no room in the queue at ${socket} for 0.3 seconds: is qubesd stuck?`,
  });
  const api = new AdminApi(socket);
  t.teardown(() => api.close());
  // It has been refused once by the time that the server hears of it.
  const answer = readVm(api, 'work');
  takeThem();
  await t.rejects(answer, { message: 'qubesd, admin.vm.List of dom0: Busy: was busy' });
});

t.test('A pause that took longer than all the time there was leaves none, not less', async t => {
  const { socket } = await startBusyServer(t, join(folder, 'overslept.sock'));
  const clock = t.capture(globalThis, 'setTimeout', globalThis.setTimeout);
  let now = performance.now();
  t.intercept(performance, 'now', {
    value: () => {
      now += 200;
      return now;
    },
  });
  await t.rejects(new AdminApi(socket, { patience: 300 }).ask('admin.vm.List', 'dom0'), {
    message: `qubesd, admin.vm.List of dom0: no room in the queue at ${socket} for 0.3 seconds: is qubesd stuck?`,
  });
  t.same(
    clock().map(({ args }) => args[1]),
    [300, 50, 100, 50],
    'a try, a pause, and the same with what is left',
  );
});

t.test('A VM that qubesd does not list is named, and nothing more is asked', async t => {
  const daemon = await daemonWith(t, () => undefined);
  const { code, errors } = await run('dump', 'nope', '--qubesd', daemon.socket);
  t.same([code, errors], [1, ['domain-xml: qubesd has no VM nope (admin.vm.List)']]);
  t.same(daemon.calls, ['admin.vm.List dom0']);
});

t.test('No more than eight calls are under way at once', async t => {
  const features = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f${index}`, '1']));
  const daemon = await daemonWith(t, () => 'slow', modelWith([TEMPLATE, { ...WORK, features }]));
  const { out } = await run('dump', 'work', '--qubesd', daemon.socket);
  t.equal(Object.keys(JSON.parse(out).features).length, 60);
  t.equal(daemon.mostAtOnce, 8);
});
