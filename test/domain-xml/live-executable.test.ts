import { execFile } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { CACHE_FOLDER } from '../../src/domain-xml/compiled/cache.ts';
import { startBusyServer } from './support/busy-server.ts';
import { PROGRAM, TEMPLATES } from './support/project.ts';
import { family, HOST_MEMORY, KERNELS, makeFamilyFiles } from './support/qubes-family.ts';
import { qubesXmlText } from './support/qubes-xml-text.ts';
import { type Misbehaviour, Qubesd } from './support/qubesd.ts';
import { folderWith, type Run, run } from './support/run.ts';

// The compiled program has sockets of another runtime than the tests.
const cacheWasThere = existsSync(CACHE_FOLDER);
t.teardown(() => {
  if (!cacheWasThere) rmSync(CACHE_FOLDER, { recursive: true, force: true });
});

const folder = folderWith(t, {});
makeFamilyFiles(folder);
const model = family(folder);
const file = join(folder, 'qubes.xml');
writeFileSync(file, qubesXmlText(model));
const kernels = ['--kernels', join(folder, KERNELS)];
const fromFile = ['--qubes-xml', file, ...kernels, '--host-memory', String(HOST_MEMORY), '--release', '4.3'];

/** Runs the program beside the stand-in, which has to answer meanwhile. */
function call(argv: string[], [program, ...before]: [string, ...string[]] = [PROGRAM]): Promise<Run> {
  const options = { cwd: '/', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, timeout: 60_000 };
  return new Promise(resolve => {
    execFile(program, [...before, ...argv], options, (error, out, stderr) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, out, errors: stderr === '' ? [] : stderr.trimEnd().split('\n') });
    });
  });
}

let number = 0;

function daemonWith(misbehave: Misbehaviour): Promise<Qubesd> {
  number += 1;
  return Qubesd.start(t, join(folder, `${number}.sock`), model, misbehave);
}

const good = await daemonWith(() => undefined);

for (const name of ['work', 'windows', 'disp1234']) {
  t.test(
    `The compiled program gives the same of ${name} from qubesd, from qubes.xml and from a dump`,
    async t => {
      const fromDaemon = ['--qubesd', good.socket, ...kernels];
      const expected = await run('dump', name, ...fromDaemon);
      t.same(await call(['dump', name, ...fromDaemon]), expected);
      t.equal((await call(['dump', name, ...fromFile])).out, expected.out);
      const dump = join(folder, `${name}.json`);
      writeFileSync(dump, expected.out);
      const templates = ['--templates', TEMPLATES];
      const xml = await call(['render', name, '--vm', dump, ...templates]);
      t.match(xml, { code: 0, out: `<name>${name}</name>`, errors: [] });
      t.same(await call(['render', name, ...fromDaemon, ...templates]), xml);
      t.equal((await call(['render', name, ...fromFile, ...templates])).out, xml.out);
    },
  );
}

const METHOD = 'admin.vm.feature.List';
const ANSWERS: [string, ReturnType<Misbehaviour>, RegExp][] = [
  ['nothing', { bytes: Buffer.alloc(0) }, /no reply/],
  ['half a head', { bytes: Buffer.from('0') }, /or cut off/],
  ['half a line', 'timezo', /a reply that was cut off$/],
  ['too much', 'x'.repeat(6 * 1024 * 1024), /a reply of more than 4194304 bytes$/],
  ['what is not UTF-8', { bytes: Buffer.from([0x30, 0, 0xff]) }, /not UTF-8$/],
  ['no end', 'drip', /no reply within 10 seconds: is qubesd stuck\?$/],
  ['no answer', 'hang', /no reply within 10 seconds: is qubesd stuck\?$/],
];

t.test('The compiled program takes every misbehaviour of qubesd as one line, and ends', async t => {
  const runs = ANSWERS.map(async ([title, answer, message]) => {
    const { socket } = await daemonWith(({ method }) => (method === METHOD ? answer : undefined));
    const { code, out, errors } = await call(['dump', 'work', '--qubesd', socket]);
    t.same([code, out, errors.length], [1, '', 1], title);
    t.match(errors[0], /^domain-xml: qubesd, admin\.vm\.feature\.List of (VM work|dom0): /, title);
    t.match(errors[0], message, title);
  });
  await Promise.all([...runs, fullQueue(t)]);
});

async function fullQueue(t: Test): Promise<void> {
  const { socket } = await startBusyServer(t, join(folder, 'full.sock'));
  const { code, errors } = await call(['dump', 'work', '--qubesd', socket]);
  t.same(
    [code, errors],
    [
      1,
      [
        `domain-xml: qubesd, admin.vm.List of dom0: no room in the queue at ${socket} for 10 seconds: is qubesd stuck?`,
      ],
    ],
  );
}

t.test('The compiled program names a socket that cannot be reached, and why', async t => {
  const gone = await daemonWith(() => undefined);
  gone.stop();
  const plain = join(folder, 'plain');
  writeFileSync(plain, '');
  for (const socket of [gone.socket, plain, join(folder, 'nowhere')]) {
    const { code, errors } = await call(['dump', 'work', '--qubesd', socket]);
    t.same(
      [code, errors],
      [
        1,
        [
          `domain-xml: qubesd, admin.vm.List of dom0: nobody listens at ${socket}: is qubesd running? (give --qubes-xml FILE to do without it)`,
        ],
      ],
    );
  }
});

t.test('The compiled program says so where it may not ask qubesd', async t => {
  chmodSync(good.socket, 0o000);
  // Root may even so, unless it has no capability; another user could not get at a clone below /root.
  const powerless: [string, ...string[]] = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', PROGRAM];
  const program = process.geteuid?.() === 0 ? powerless : undefined;
  const { code, errors } = await call(['dump', 'work', '--qubesd', good.socket], program);
  t.same(
    [code, errors],
    [
      1,
      [
        `domain-xml: qubesd, admin.vm.List of dom0: no permission for ${good.socket}: run as root, or as a member of the group qubes`,
      ],
    ],
  );
});

t.test('Without an option, qubesd and qubes.xml are looked for where they are in dom0', async t => {
  for (const path of ['/var/run/qubesd.sock', '/var/lib/qubes/qubes.xml']) {
    if (existsSync(path)) t.fail(`this machine has a ${path}: the test cannot tell what it is for`);
  }
  t.same(await call(['render', 'work']), {
    code: 1,
    out: '',
    errors: [
      "domain-xml: there is neither /var/run/qubesd.sock nor /var/lib/qubes/qubes.xml: name the VM's description in JSON with --vm, or a qubes.xml with --qubes-xml",
    ],
  });
  // dump gives that JSON.
  t.same((await call(['dump', 'work'])).errors, [
    'domain-xml: there is neither /var/run/qubesd.sock nor /var/lib/qubes/qubes.xml: name a qubes.xml with --qubes-xml',
  ]);
});
