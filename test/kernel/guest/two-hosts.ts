// Two machines with a network between them, on the same exports: the first serves them, and has VMs on them like the second. When both
// have done, the server dies under the second. test/kernel/lab/two.sh runs it on both: its last argument says which it is.
import './own-etc.ts';
import { writeFileSync } from 'node:fs';
import { connect as connectTo, createServer, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { checkLasting } from './checks.ts';
import { hashOf, makeImage, newFolder, type Template } from './images.ts';
import { planMessage } from './kernel-log.ts';
import { connect, disconnect, NbdServer, setUpNbd } from './network/nbd.ts';
import { randomBelow } from './network/random.ts';
import { SIZE, startAndStop, type Vm } from './network/random-starts.ts';
import { blockSnapshot, must, mustCleanup, mustPrepare } from './programs.ts';

const which = Number(process.argv.at(-1));
const STEPS = Number(process.env['STARTS'] ?? 100);
const [SERVER, OTHER] = ['10.0.0.1', '10.0.0.2'];
const PORT = 9000;

/** The bytes of a version, which both machines know. */
function contentOf(version: number): Buffer {
  const below = randomBelow(version);
  return Buffer.from(Uint16Array.from({ length: SIZE / 2 }, () => below(2 ** 16)).buffer);
}

function vmsOn(test: Test, { folder }: Template): { vms: Vm[]; below: (most: number) => number } {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  t.comment(`SEED=${seed}`);
  const vms = [1, 2].flatMap(version => {
    const base = connect(version, `v${version}`, SERVER);
    return [1, 2].map(number => ({
      base,
      cow: makeImage(`${folder}/${version}-${number}-cow.img`, SIZE),
      expected: contentOf(version),
      node: undefined,
    }));
  });
  test.equal(vms.length, 4);
  return { vms, below: randomBelow(seed) };
}

function said(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', data => resolve(String(data)));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the other machine has gone')));
  });
}

// Its driver's own word for a busy network.
planMessage('^vec0: Budget exhausted after napi rescheduled');
must('ip', 'link', 'set', 'vec0', 'up');
must('ip', 'address', 'add', `${which === 1 ? SERVER : OTHER}/24`, 'dev', 'vec0');
setUpNbd();
writeFileSync('/etc/block-snapshot.conf', 'BASE_TIMEOUT=5\n', { mode: 0o644 });

if (which === 1)
  checkLasting(
    `the machine that serves two versions has VMs on them, ${STEPS} starts and stops`,
    async (test, template) => {
      const served = newFolder();
      const files = [1, 2].map(version => {
        const file = `${served}/v${version}.img`;
        writeFileSync(file, contentOf(version));
        return { name: `v${version}`, file };
      });
      const before = files.map(({ file }) => hashOf(file));
      const server = new NbdServer(files, SERVER);
      const listener = createServer();
      const other = new Promise<Socket>(resolve => listener.once('connection', resolve));
      listener.listen(PORT, SERVER);
      const { vms, below } = vmsOn(test, template);
      startAndStop(test, vms, STEPS, below);
      const socket = await other;
      test.equal(await said(socket), 'done');
      test.same(
        files.map(({ file }) => hashOf(file)),
        before,
        'no version was written',
      );
      for (const number of [1, 2]) disconnect(number);
      server.kill();
      socket.write('killed');
      test.equal(await said(socket), 'bye');
      socket.destroy();
      listener.close();
    },
  );
else
  checkLasting(
    `the other machine has VMs on the same, ${STEPS} starts and stops, until the server dies`,
    async (test, template) => {
      const { vms, below } = vmsOn(test, template);
      startAndStop(test, vms, STEPS, below);
      const socket = connectTo(PORT, SERVER);
      await new Promise(resolve => socket.once('connect', resolve));
      const node = mustPrepare('snapshot', '/dev/nbd1', template.vm1);
      socket.write('done');
      test.equal(await said(socket), 'killed');
      test.match(blockSnapshot('prepare', 'snapshot', `/dev/nbd1:${template.vm2}`), {
        status: 1,
        stdout: '',
      });
      test.match(blockSnapshot('list'), { status: 0, stderr: '' });
      mustCleanup('snapshot', node);
      for (const number of [1, 2]) disconnect(number);
      socket.write('bye');
      socket.end();
    },
  );
