// What a server that does not answer holds up, and what not.
import type { Test } from 'tap';
import { check, checkLasting } from '../checks.ts';
import { diagnose } from '../doctor/diagnosis.ts';
import {
  deleteBackend,
  disk,
  makeBackend,
  mustAdd,
  mustRemove,
  readBackend,
  runScript,
} from '../hotplug/disks.ts';
import { xenstored } from '../hotplug/surroundings.ts';
import { hashOf, type Template } from '../images.ts';
import { blockSnapshot, executable, must, mustCleanup, mustPrepare } from '../programs.ts';
import { fingerprint, heldLocks } from '../state.ts';
import {
  connect,
  disconnect,
  type NbdServer,
  processes,
  waitFor,
  withServer,
  withServerLasting,
} from './nbd.ts';

process.once('beforeExit', () => xenstored.stop());

/** Runs an action while a device is connected to a server of the template's image, which is brought down afterwards. */
function served({ root }: Template, action: (server: NbdServer, base: string) => void): void {
  withServer([{ name: 'v1', file: root }], server => action(server, connect(0, 'v1')));
}

/** Ours that wait, each with how it is. */
function waiting(): string[] {
  return processes()
    .filter(({ name, state }) => name === 'block-snapshot' && state !== 'Z')
    .map(({ state }) => state);
}

const UNANSWERED =
  /^block-snapshot: base \/dev\/nbd0 gave no block within 1 s \(BASE_TIMEOUT in \/etc\/block-snapshot\.conf\): see that its server is reached\n$/;

check(
  'a base on a server is asked for a block by a process that is gone with the answer',
  (test, template) => {
    served(template, (_, base) => {
      const trace = `${template.folder}/trace`;
      const prepare = (image: string) => {
        const node = must(
          'strace',
          '-f',
          '-o',
          trace,
          executable(),
          'prepare',
          'snapshot',
          `${image}:${template.vm1}`,
        );
        const calls = must(
          'sh',
          '-c',
          `grep -oE '\\b(clone3?|fork|vfork|execve|io_submit|pread64)\\(' ${trace} | sort | uniq -c`,
        );
        test.equal(hashOf(node), template.hash);
        mustCleanup('snapshot', node);
        return calls
          .replace(/ +/g, ' ')
          .trim()
          .split('\n')
          .map(line => line.trim());
      };
      test.match(
        prepare(base).join(),
        /1 clone\(,1 execve\(,1 io_submit\(/,
        'one process, one block, no program',
      );
      test.notMatch(
        prepare(template.root).join(),
        /clone|fork|io_submit/,
        'an image on this machine is not asked',
      );
      const loop = must('losetup', '-f', '--show', template.root);
      test.notMatch(prepare(loop).join(), /clone|fork|io_submit/, 'nor is a block device of its own');
      must('losetup', '-d', loop);
      test.same(waiting(), []);
    });
  },
);

check(
  'nothing is made on a base whose server is stopped, and what asked it can be ended',
  (test, template) => {
    served(template, (server, base) => {
      const before = fingerprint();
      server.stop();
      const asked = [
        () => blockSnapshot('prepare', 'snapshot', `${base}:${template.vm1}`),
        () => blockSnapshot('prepare', 'origin', `${base}:${template.rootCow}`),
      ].map(command => command());
      test.ok(server.stands());
      test.match(asked[0], { status: 1, stdout: '', stderr: UNANSWERED });
      test.equal(asked[1]?.status, 1);
      const vm = disk(401);
      makeBackend(vm, `${base}:${template.vm1}`);
      test.match(runScript(vm, 'add'), { status: 1, stdout: '' });
      test.match(readBackend(vm, 'hotplug-error'), /gave no block within 1 s/);
      deleteBackend(vm);
      test.equal(fingerprint(), before, 'nothing was made');
      test.same(heldLocks(), [], 'no lock is held by what waits');
      test.ok(
        waiting().length > 0 && waiting().every(state => state === 'S'),
        `${waiting()}: all sleep, none is held in the kernel`,
      );
      server.goOn();
      waitFor('the end of what asked', () => waiting().length === 0);
      mustCleanup('snapshot', mustPrepare('snapshot', base, template.vm1));
    });
  },
);

/** Each ends while the server stands: none reads the base. */
function commandsMeanwhile(
  test: Test,
  server: NbdServer,
  { stack, node }: { stack: string; node: string },
  vm: ReturnType<typeof disk>,
): void {
  const ends = (what: string, action: () => unknown) => {
    action();
    test.ok(server.stands(), `${what} has ended, and the server stands`);
  };
  for (const options of [[], ['--json']])
    ends(`list ${options}`, () => test.match(blockSnapshot('list', ...options), { status: 0, stderr: '' }));
  ends('graph', () => test.match(blockSnapshot('graph'), { status: 0, stderr: '' }));
  ends('prepare --dry-run', () =>
    test.match(blockSnapshot('prepare', '--dry-run', 'snapshot', stack), { status: 0 }),
  );
  ends('cleanup --dry-run', () =>
    test.match(blockSnapshot('cleanup', '--dry-run', 'snapshot', node), { status: 0 }),
  );
  ends('completion', () => test.match(blockSnapshot('complete', 'templates'), { status: 0 }));
  ends('remove', () => mustRemove(vm));
  ends('cleanup', () => mustCleanup('snapshot', node));
}

for (const [what, stop] of [['stopped', (server: NbdServer) => server.stop()]] as const)
  check(`no command but those that ask for a block waits for a server that is ${what}`, (test, template) => {
    served(template, (server, base) => {
      const vm = disk(402);
      const stack = `${base}:${template.vm2}`;
      mustAdd(vm, stack);
      const node = mustPrepare('snapshot', base, template.vm1);
      stop(server);
      commandsMeanwhile(test, server, { stack: `${base}:${template.vm1}`, node }, vm);
      server.goOn();
    });
  });

checkLasting('doctor names a base that does not answer, and who uses it', (test, template) =>
  withServerLasting([{ name: 'v1', file: template.root }], async server => {
    const base = connect(0, 'v1');
    const vm = disk(403);
    mustAdd(vm, `${base}:${template.vm1}`);
    server.stop();
    const { findings, unseen } = await diagnose();
    test.same(unseen, []);
    const [finding, ...others] = findings.filter(({ kind }) => kind === 'silent-base');
    test.same(others, []);
    test.match(
      finding?.found.map(part => (typeof part === 'string' ? part : part.text)).join(''),
      /^\/dev\/nbd0 \(\/dev\/nbd0\) gave no block within 2 s; it is used by .*403/,
    );
    server.goOn();
    mustRemove(vm);
  }),
);

check(
  'a base whose server was killed is refused at once, and served again it is as it was',
  (test, template) => {
    served(template, (server, base) => {
      const [stack, other] = [`${base}:${template.vm1}`, `${base}:${template.vm2}`];
      const node = mustPrepare('snapshot', base, template.vm1);
      server.kill();
      test.match(blockSnapshot('prepare', 'snapshot', other), {
        status: 1,
        stderr:
          /^block-snapshot: base \/dev\/nbd0 cannot be read \(EIO\): see that it is connected, and dmesg\n$/,
      });
      test.match(
        blockSnapshot('prepare', 'snapshot', stack),
        { status: 1 },
        'nor is what is there handed out',
      );
      test.match(blockSnapshot('list'), { status: 0, stderr: '' });
      mustCleanup('snapshot', node);
      disconnect(0);
      test.match(blockSnapshot('prepare', 'snapshot', stack), { status: 1 }, 'nor a device without a server');
      server.start();
      connect(0, 'v1');
      const again = mustPrepare('snapshot', base, template.vm1);
      test.equal(hashOf(again), template.hash);
      mustCleanup('snapshot', again);
    });
  },
);

check(
  'what is asked is the server, whatever lies between: a volume, or a loop device that keeps its pages',
  (test, template) => {
    withServer([{ name: 'v1', file: template.root }], server => {
      const base = connect(0, 'v1');
      const loop = must('losetup', '-f', '--show', '-r', base);
      must('dmsetup', 'create', 'volume', '--readonly', '--table', `0 8192 linear ${base} 0`);
      const prepared = mustPrepare('snapshot', '/dev/mapper/volume', template.vm1);
      test.equal(hashOf(prepared), template.hash);
      mustCleanup('snapshot', prepared);
      server.stop();
      for (const image of [loop, '/dev/mapper/volume'])
        test.match(blockSnapshot('prepare', 'snapshot', `${image}:${template.vm2}`), {
          status: 1,
          stdout: '',
          stderr: `block-snapshot: base ${image} (/dev/nbd0) gave no block within 1 s`,
        });
      server.goOn();
      must('dmsetup', 'remove', '--retry', 'volume');
      must('losetup', '-d', loop);
    });
  },
);
