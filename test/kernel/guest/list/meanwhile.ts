import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { check } from '../checks.ts';
import { MEBIBYTE, makeImage, statKey } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { executable, kernel, must, run } from '../programs.ts';
import { deviceNames, loopDevices } from '../state.ts';
import { allLayers, onlyTemplate, seen, seenByProgram } from './seen.ts';

check('devices that come and go while list looks are there or not, and never half', (test, template) => {
  const keep = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const stack = `${template.root}:${template.rootCow}:${template.vm2}`;
  const script = 'while node=$("$0" prepare snapshot "$1"); do "$0" cleanup snapshot "$node"; done';
  const child = spawn('sh', ['-c', script, executable(), stack], { detached: true, stdio: 'ignore' });
  const counts = new Set<number>();
  const odd: string[] = [];
  for (let round = 0; round < 2000 && (round < 200 || counts.size < 2); round++) {
    const layers = allLayers(onlyTemplate().versions);
    counts.add(layers.length);
    odd.push(
      ...layers.map(({ state }) => state).filter(state => state !== 'active' && state !== 'unfinished'),
    );
    kernel.sleepMilliseconds(2);
  }
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  test.same(odd, []);
  test.same([...counts].sort(), [2, 3], 'it was seen, and it was seen gone');
  // Whatever the last command was killed at, the next one mends.
  const last = prepareHere('snapshot', template.root, template.rootCow, template.vm2);
  cleanupHere('snapshot', last);
  cleanupHere('snapshot', keep);
  waitUntilGone();
});

check('list waits for no lock: neither for that of a base nor for a suspended device', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  const origin = prepareHere('origin', template.root, template.rootCow);
  must('dmsetup', 'suspend', origin);
  const lock = `/run/block-snapshot/${statKey(template.root)}.lock`;
  const descriptor = kernel.openFile(lock, kernel.openFlags.readWrite, 0);
  test.ok(kernel.lockFile(descriptor), 'the lock is held here');
  test.match(onlyTemplate(seenByProgram()), { origin: { suspended: true, state: 'active' } });
  kernel.closeFile(descriptor);
  must('dmsetup', 'resume', origin);
  cleanupHere('origin', origin);
  cleanupHere('snapshot', node);
});

check('list starts no other program, takes no lock and opens nothing to write', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const trace = `${template.folder}/trace`;
  const { status } = run('strace', ['-f', '-o', trace, executable(), 'list']);
  test.equal(status, 0);
  const calls = readFileSync(trace, 'utf8').split('\n');
  const started = calls
    .map(call => /\bexecve(?:at)?\("([^"]*)/.exec(call)?.[1])
    .filter(path => path !== undefined);
  test.same(
    started,
    [executable(), executable('block-snapshot-tools')],
    'itself, which becomes the larger one',
  );
  test.same(
    calls.filter(call => /\bflock\(|\bfcntl\(.*F_(OFD_)?SETLK/.test(call)),
    [],
  );
  const written = calls.filter(call => /\bopen(at)?\(.*O_(WRONLY|RDWR)/.test(call));
  test.same(
    written.filter(call => !/"\/dev\/(mapper\/control|null|tty)"/.test(call)),
    [],
    'but for device-mapper itself',
  );
  cleanupHere('snapshot', node);
});

check('many VMs of a template are listed, each with its own layer', (test, template) => {
  const nodes = Array.from({ length: 12 }, (_, number) => {
    const cow = makeImage(`${template.folder}/${number}-volatile.img`, MEBIBYTE);
    return prepareHere('snapshot', template.root, template.rootCow, cow);
  });
  const [version] = onlyTemplate(seenByProgram()).versions;
  test.same(new Set(version?.layers.map(layer => layer.node)), new Set(nodes));
  test.same(new Set(seen().unused), new Set(nodes));
  for (const node of nodes) cleanupHere('snapshot', node);
});

function waitUntilGone(): void {
  for (let waited = 0; deviceNames().length + loopDevices().length > 0 && waited < 10_000; waited += 50)
    kernel.sleepMilliseconds(50);
}
