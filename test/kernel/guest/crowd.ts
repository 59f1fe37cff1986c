// Many commands at once on one template, as at the start of a session: none may fail, nothing may be left.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import type { Order, Report } from './crowd-worker.ts';
import { hashOf, MEBIBYTE, makeImage, makeTemplate } from './images.ts';
import { executable, PROJECT, UDEV } from './programs.ts';
import { deviceNames, leftovers } from './state.ts';

// udev has more to do for each command than we have.
const AT_ONCE = UDEV ? 16 : 32;
const ROUNDS = UDEV ? 10 : 20;

t.setTimeout(0);
const template = makeTemplate(MEBIBYTE);
// Each of them wanted by four callers.
const VMS = AT_ONCE / 4;
const disks = Array.from({ length: VMS }, (_, index) =>
  makeImage(join(template.folder, `vm${index}-cow.img`), MEBIBYTE),
);
const workers = Array.from({ length: AT_ONCE }, () =>
  fork(join(PROJECT, 'build/test/kernel/guest/crowd-worker.js')),
);
t.teardown(() => {
  for (const worker of workers) worker.kill();
});
for (const worker of workers) worker.setMaxListeners(0);
t.test('the workers are there', test =>
  Promise.all(workers.map(worker => once(worker, 'message'))).then(() => test.pass()),
);

type Crowd = (order: Order, index: number) => Promise<Report>;

/** By processes that are there already: they meet in the kernel at the same moment. */
const byWorkers: Crowd = (order, index) =>
  new Promise((resolve, reject) => {
    const worker = workers[index];
    if (worker === undefined) throw new Error(`no worker ${index}`);
    worker.once('message', report => resolve(report as Report));
    worker.once('exit', status => reject(new Error(`a worker ended with ${status}`)));
    worker.send(order);
  });

/** By the executable itself. */
const byExecutable: Crowd = ({ command, type, subjects }) =>
  new Promise((resolve, reject) => {
    const child = spawn(executable(), [command, type, subjects.join(':')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const report: Report = { answer: '', failure: '' };
    child.stdout.on('data', text => {
      report.answer += String(text).trimEnd();
    });
    child.stderr.on('data', text => {
      report.failure += text;
    });
    child.on('error', reject);
    child.on('close', status =>
      resolve(status === 0 ? report : { ...report, failure: `exit ${status}: ${report.failure}` }),
    );
  });

const atOnce = (crowd: Crowd, orderOf: (index: number) => Order) =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, index) => crowd(orderOf(index), index)));

const failuresOf = (reports: Report[]) =>
  reports.map(report => report.failure).filter(failure => failure !== '');

const preparing = (index: number): Order => ({
  command: 'prepare',
  type: 'snapshot',
  subjects: [template.root, template.rootCow, disks[index % disks.length] ?? ''],
});
const cleaning = (node: string): Order => ({ command: 'cleanup', type: 'snapshot', subjects: [node] });

function round(name: string, crowd: Crowd): void {
  t.test(`${name}: ${AT_ONCE} times prepare at once, then ${AT_ONCE} times cleanup at once`, async test => {
    const prepared = await atOnce(crowd, preparing);
    test.same(failuresOf(prepared), [], 'no prepare failed');
    const nodes = [...new Set(prepared.map(report => report.answer))];
    test.equal(nodes.length, disks.length, 'callers for the same VM were given the same device');
    test.equal(deviceNames().length, disks.length + 1, 'one device for each VM on one shared first layer');
    for (const node of nodes.slice(0, 2)) test.equal(hashOf(node), template.hash, 'it shows the right bytes');

    const mixed = await atOnce(crowd, index =>
      index % 2 === 0 ? preparing(index) : cleaning(nodes[index % nodes.length] ?? ''),
    );
    test.same(failuresOf(mixed), [], 'mixed, none failed');

    const cleaned = await atOnce(crowd, index => cleaning(nodes[index % nodes.length] ?? ''));
    test.same(failuresOf(cleaned), [], 'no cleanup failed');
    test.same(leftovers(), [], 'nothing is left');
  });
}

for (let number = 1; number <= ROUNDS; number++) round(`round ${number}`, byWorkers);
round('with the executable', byExecutable);
