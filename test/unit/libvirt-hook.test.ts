import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT } from './executable.ts';

const UUID = 'ffffffff-843c-4ff1-9e2b-86a30f2fa51b';
const LINKS = '/run/block-snapshot';
const hadLinks = existsSync(LINKS);

/** Calls the hook as libvirt does. */
function call(parameters: readonly string[], input: string | Buffer, name = 'block-snapshot-qemu') {
  const { status, stdout, stderr, error } = spawnSync(join(PROJECT, 'dist', name), parameters, {
    input,
    encoding: 'utf8',
    cwd: '/',
    timeout: 20_000,
  });
  // A hook that has no use for the XML ends before all of it is written.
  if (error !== undefined && (error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  return { status, stdout, stderr };
}

const silent = { status: 0, stdout: '', stderr: '' };

function domain(metadata: string): string {
  return `<domain type='kvm'>\n  <name>vm</name>\n  <uuid>${UUID}</uuid>\n  <metadata>${metadata}</metadata>\n</domain>\n`;
}

const ours = domain(
  '<devices xmlns="urn:block-snapshot:devices:1"><device target="vda" type="snapshot" images="/a:/b"/></devices>',
);

t.test('Operations that are not ours are done with before the XML is read', async t => {
  for (const operation of [
    'start begin',
    'started begin',
    'stopped end',
    'reconnect begin',
    'attach begin',
    'new thing',
  ])
    for (const name of ['block-snapshot-qemu', 'block-snapshot-libxl'])
      t.same(
        call(['vm', ...operation.split(' '), '-'], 'no XML at all', name),
        silent,
        `${name}: ${operation}`,
      );
});

t.test('XML whose end does not come is not waited for without end', async t => {
  const said = ['prepare', 'release', 'migrate'].map(async operation => {
    const hook = spawn(
      join(PROJECT, 'dist/block-snapshot-qemu'),
      ['vm', operation, operation === 'release' ? 'end' : 'begin', '-'],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
        cwd: '/',
      },
    );
    // The pipe stays open.
    hook.stdin.write('<domain><name>vm</name>');
    let stderr = '';
    hook.stderr.on('data', text => {
      stderr += text;
    });
    const status = await new Promise(resolve => hook.once('close', resolve));
    return { operation, status, stderr };
  });
  for (const { operation, status, stderr } of await Promise.all(said)) {
    t.equal(status, 1, operation);
    t.equal(
      stderr,
      'block-snapshot: the domain XML on standard input did not come to its end within 20 s: is libvirtd stuck?\n',
    );
  }
});

t.test('Domains without our metadata pass, whatever else they are', async t => {
  for (const operation of ['prepare begin', 'migrate begin', 'restore begin', 'release end'])
    t.same(call(['vm', ...operation.split(' '), '-'], domain('<x xmlns="urn:x"/>')), silent, operation);
  t.same(call(['vm', 'prepare', 'begin', '-'], 'not XML'), silent);
  t.same(
    call(['vm', 'release', 'end', 'destroyed'], domain('')),
    silent,
    'with a reason, as libvirt 10.5 gives it',
  );
});

t.test('Megabytes of XML are read to their end, and XML without end is not', async t => {
  const large = `<x>${'some text of it '.repeat(8)}</x>`.repeat(30_000);
  t.same(call(['vm', 'prepare', 'begin', '-'], domain(large)), silent);
  t.match(
    call(['vm', 'prepare', 'begin', '-'], domain(`${large}<devices xmlns="urn:block-snapshot:devices:9"/>`)),
    {
      status: 1,
      stderr: /^block-snapshot: vm: the metadata is of urn:block-snapshot:devices:9/,
    },
  );
  const endless = Buffer.alloc(65 * 1024 * 1024, 'urn:block-snapshot:devices:1 ');
  t.same(call(['vm', 'prepare', 'begin', '-'], endless), {
    status: 1,
    stdout: '',
    stderr: 'block-snapshot: the domain XML on standard input is longer than 64 MiB\n',
  });
});

t.test('Migration and restoring are refused for a domain of ours, each with the reason', async t => {
  t.match(call(['vm', 'migrate', 'begin', '-'], ours), {
    status: 1,
    stdout: '',
    stderr: /^block-snapshot: vm cannot be migrated to this machine: .*\n$/,
  });
  t.match(call(['vm', 'restore', 'begin', '-'], ours), {
    status: 1,
    stdout: '',
    stderr: /^block-snapshot: vm cannot be restored: .*virsh start --force-boot\)\n$/,
  });
});

t.test("A domain's name is never an option, and never breaks the line", async t => {
  for (const name of ['--help', '--version', '-h', 'prepare', 'add'])
    t.match(call([name, 'prepare', 'begin', '-'], ours), {
      status: 1,
      stderr: `block-snapshot: ${name}: disk vda: the metadata has a device for it`,
    });
  t.match(
    call(['a\nb\u001b[31m', 'prepare', 'begin', '-'], ours).stderr,
    /^block-snapshot: a\\x0ab\\x1b\[31m: .*\n$/,
  );
});

t.test('Whoever calls it otherwise than libvirt is told so', async t => {
  for (const parameters of [
    [],
    ['--nonsense'],
    ['vm'],
    ['vm', 'prepare'],
    ['vm', 'prepare', 'begin', '-', 'more'],
  ]) {
    const { status, stdout, stderr } = call(parameters, '');
    t.same([status, stdout], [2, '']);
    t.match(
      stderr,
      /^block-snapshot: this is libvirt's hook for qemu, which calls it with .*: usage: block-snapshot-qemu\|.* GUEST OPERATION .*\n$/,
    );
  }
});

t.test('XML without a uuid, which libvirt never gives, ends a release with a line', async t => {
  t.same(call(['vm', 'release', 'end', '-'], '<domain/>'), {
    status: 1,
    stdout: '',
    stderr: 'block-snapshot: vm: the domain XML on standard input has no uuid\n',
  });
});

t.test('None of this has left anything', async t => {
  t.equal(existsSync(LINKS), hadLinks);
});
