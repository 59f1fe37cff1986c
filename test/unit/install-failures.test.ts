import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT } from './executable.ts';
import { placesOf, run, smallClone, succeed, tree, write } from './installation.ts';

const folder = t.testdir({ nothing: {} });
const clone = smallClone(folder);
const PLACES = placesOf(clone, join(folder, 'nothing'));

function machineOfOthers(machine: string): string {
  for (const path of PLACES) write(machine, path, `of others: ${path}\n`);
  return machine;
}

t.test('what cannot be installed is said in one line, and nothing is changed', async t => {
  const machine = machineOfOthers(t.testdir());
  rmSync(join(machine, 'usr/lib/udev'), { recursive: true });
  write(machine, 'usr/lib/udev', 'a file\n');
  const before = tree(machine);
  t.match(run(clone, 'install', machine), {
    status: 1,
    said: [],
    complained: [`block-snapshot: ${machine}/usr/lib/udev has to be a folder: nothing was changed`],
  });
  t.same(tree(machine), before);
});

t.test('a place that is a folder, and a program that is not built, are said', async t => {
  const folder = t.testdir();
  mkdirSync(join(folder, 'machine/usr/bin/domain-xml'), { recursive: true });
  const before = tree(join(folder, 'machine'));
  t.same(run(clone, 'install', join(folder, 'machine')).complained, [
    `block-snapshot: ${folder}/machine/usr/bin/domain-xml is a folder: nothing was changed`,
  ]);
  const unbuilt = smallClone(folder);
  rmSync(join(unbuilt, 'dist/block-snapshot'));
  t.same(run(unbuilt, 'install', join(folder, 'machine')).complained, [
    'block-snapshot: dist/block-snapshot is missing: make build',
  ]);
  t.same(tree(join(folder, 'machine')), before);
});

t.test('a folder that cannot be written is said before anything is changed', async t => {
  const machine = t.testdir();
  t.equal(run(clone, 'install', machine, { modesBind: true }).status, 0);
  const before = tree(machine);
  chmodSync(join(machine, 'usr/bin'), 0o555);
  for (const action of ['install', 'uninstall'] as const)
    t.match(run(clone, action, machine, { modesBind: true }), {
      status: 1,
      said: [],
      complained: [`block-snapshot: ${machine}/usr/bin cannot be written: nothing was changed`],
    });
  chmodSync(join(machine, 'usr/bin'), 0o755);
  t.same(tree(machine), before);
});

t.test('what fails in the middle is said in one line, and uninstalling takes back what was done', async t => {
  const machine = machineOfOthers(t.testdir());
  // Root may write there, says the kernel, which then makes no file.
  rmSync(join(machine, 'etc/libvirt'), { recursive: true });
  symlinkSync('/proc/self', join(machine, 'etc/libvirt'));
  const before = tree(machine);
  const { status, complained } = run(clone, 'install', machine);
  t.not(status, 0);
  t.equal(complained.length, 1, complained.join('\n'));
  succeed(clone, 'uninstall', machine);
  t.same(tree(machine), before);
});

t.test('two at once do not meet', async t => {
  const machine = t.testdir();
  succeed(clone, 'install', machine);
  const before = tree(machine);
  const holder = spawn('flock', [join(machine, 'usr/lib/block-snapshot'), '-c', 'echo held; cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise(resolve => holder.stdout.once('data', resolve));
  for (const action of ['install', 'uninstall'] as const)
    t.match(run(clone, action, machine), { status: 1, complained: [/at this moment/] });
  t.same(tree(machine), before);
  holder.stdin.end();
  await new Promise(resolve => holder.once('exit', resolve));
});

t.test('at no moment of an installation is there no program to call', async t => {
  const machine = t.testdir();
  const parameters = ['-s', '-o', 'build', 'install', `DESTDIR=${machine}`];
  t.equal(spawnSync('make', parameters, { cwd: PROJECT, stdio: 'ignore' }).status, 0);
  const links = ['usr/bin/block-snapshot', 'usr/lib/qubes/create-snapshot'].map(path => join(machine, path));
  let ended = false;
  const installing = (async () => {
    for (let round = 0; round < 10; round++)
      await new Promise((resolve, reject) =>
        spawn('make', parameters, { cwd: PROJECT, stdio: 'ignore' })
          .on('exit', status => (status === 0 ? resolve(0) : reject(new Error(`make ended with ${status}`))))
          .on('error', reject),
      );
  })().finally(() => {
    ended = true;
  });
  let calls = 0;
  const failures: string[] = [];
  while (!ended) {
    for (const link of links) {
      const version = spawnSync(link, ['--version'], { encoding: 'utf8', timeout: 20_000 });
      if (version.status !== 0) failures.push(`${link}: ${version.error ?? version.stderr}`);
      // With an image that is not there: so far it gets with its addon alone.
      const refusal = spawnSync(link, ['prepare', 'snapshot', '/nowhere:/nothing'], {
        encoding: 'utf8',
        timeout: 20_000,
      });
      if (refusal.error !== undefined || /addon|Error/.test(refusal.stderr))
        failures.push(`${link}: ${refusal.error ?? refusal.stderr}`);
      calls += 2;
    }
    await new Promise(resolve => setImmediate(resolve));
  }
  await installing;
  t.same(failures, []);
  t.ok(calls >= 20, `${calls} calls were made meanwhile`);
  t.equal(
    spawnSync('make', ['-s', 'uninstall', `DESTDIR=${machine}`], { cwd: PROJECT, stdio: 'ignore' }).status,
    0,
  );
  t.notOk(existsSync(join(machine, 'usr')));
});
