// A real libvirtd with its QEMU driver, in the kernel's machine: its folders, its users, its hooks.
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { executable, must, type Outcome, PROJECT, run } from '../programs.ts';

const URI = 'qemu:///system';
const HOOKS = '/etc/libvirt/hooks';

/** Every call of a hook, as a hook of somebody else in the same folder has seen it. */
const HOOK_LOG = '/run/hooks.log';

/** The only QEMU that libvirtd sees: it asks each one that it finds what it can do. */
const PROGRAMS = '/run/libvirt-programs';

function writableFolders(): void {
  mkdirSync('/run/project');
  must('mount', '--bind', PROJECT, '/run/project');
  for (const folder of ['/etc/libvirt', '/var/lib', '/var/log', '/var/cache', '/tmp'])
    must('mount', '-t', 'tmpfs', 'tmpfs', folder);
  // The consoles of domains.
  mkdirSync('/dev/pts', { recursive: true });
  must('mount', '-t', 'devpts', 'devpts', '/dev/pts');
  for (const folder of ['/var/lib/libvirt', '/var/log/libvirt', '/var/cache/libvirt']) mkdirSync(folder);
  // A project that lies below one of them has to stay where it is.
  if (!existsSync(PROJECT)) {
    mkdirSync(PROJECT, { recursive: true });
    must('mount', '--bind', '/run/project', PROJECT);
  }
}

/** libvirt-daemon-system, which makes this user, wants an init system; QEMU runs as this one by Debian's default. */
function users(): void {
  for (const [file, line] of [
    ['passwd', 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/bin/false'],
    ['group', 'libvirt-qemu:x:64055:\nkvm:x:64056:'],
    ['hosts', '127.0.0.1 lab'],
  ] as const) {
    copyFileSync(`/etc/${file}`, `/run/${file}`);
    appendFileSync(`/run/${file}`, `${line}\n`);
    must('mount', '--bind', `/run/${file}`, `/etc/${file}`);
  }
  must('hostname', 'lab');
}

/** Ours as `make install` puts it there, and two of somebody else: one instead of the folder, one that comes after ours. */
function hooks(): void {
  mkdirSync(`${HOOKS}/qemu.d`, { recursive: true });
  symlinkSync(executable(), `${HOOKS}/qemu.d/block-snapshot-qemu`);
  for (const other of [`${HOOKS}/qemu`, `${HOOKS}/qemu.d/other`]) {
    writeFileSync(other, `#!/bin/sh\necho "$0 $*" >>${HOOK_LOG}\n`);
    chmodSync(other, 0o755);
  }
}

let process: number | undefined;

/** Starts libvirtd, and returns when it answers. */
export function startDaemon(): void {
  const daemon = spawn('/usr/sbin/libvirtd', [], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { PATH: `${PROGRAMS}:/usr/sbin:/sbin:/usr/bin:/bin` },
    detached: true,
  });
  daemon.unref();
  process = daemon.pid;
  for (let attempt = 0; attempt < 600; attempt++) {
    if (virsh('list').status === 0) return;
    spawnSync('sleep', ['0.1']);
  }
  throw new Error(`libvirtd does not answer: ${readFileSync('/var/log/libvirt/libvirtd.log', 'utf8')}`);
}

/** Kills libvirtd, as by an accident, and starts it anew: its domains run on. */
export function restartDaemon(): void {
  if (process !== undefined) must('kill', '-KILL', String(process));
  startDaemon();
}

export function virsh(...parameters: string[]): Outcome {
  return run('virsh', ['--connect', URI, ...parameters]);
}

/** A call that has to succeed. @returns what was printed */
export function mustVirsh(...parameters: string[]): string {
  return must('virsh', '--connect', URI, ...parameters);
}

/** The same of domain-xml, with the options that all commands for libvirt have. */
export function domainXml(command: string, name: string, ...options: string[]): Outcome {
  return run(executable('domain-xml'), [command, name, '--connect', URI, ...options]);
}

/** Starts domains, all at once. @returns what virsh said of each that did not start */
export async function startAtOnce(...names: string[]): Promise<string[]> {
  const outcomes = names.map(
    name =>
      new Promise<string>(resolve => {
        const child = spawn('virsh', ['--connect', URI, 'start', '--paused', name], {
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        let said = '';
        child.stderr.setEncoding('utf8').on('data', text => {
          said += text;
        });
        child.on('close', status => resolve(status === 0 ? '' : said));
      }),
  );
  return (await Promise.all(outcomes)).filter(said => said !== '');
}

/** Lets QEMU itself read or write the first disk of a domain, by the very device that its guest has. */
export function throughQemu(name: string, command: string): string {
  const log = `/var/log/libvirt/qemu/${name}.log`;
  const before = readFileSync(log, 'utf8').length;
  const device = '/machine/peripheral/virtio-disk0/virtio-backend';
  const said = mustVirsh('qemu-monitor-command', name, '--hmp', `qemu-io -d ${device} "${command}"`);
  if (said.trim() !== '') throw new Error(`qemu-io ${command}: ${said}`);
  // It prints to the standard output of QEMU.
  return readFileSync(log, 'utf8').slice(before);
}

export function hookCalls(): string[] {
  return readFileSync(HOOK_LOG, 'utf8').trimEnd().split('\n');
}

/** Waits for a call of a hook that virsh does not wait for. @param call its line @throws Error after a minute */
export function awaitHookCall(call: RegExp): void {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (hookCalls().some(line => call.test(line))) return;
    spawnSync('sleep', ['0.1']);
  }
  throw new Error(`no hook was called as ${call}: ${hookCalls().join('\n')}`);
}

writableFolders();
users();
hooks();
mkdirSync(PROGRAMS);
symlinkSync('/usr/bin/qemu-system-x86_64', `${PROGRAMS}/qemu-system-x86_64`);
// The logs without a daemon of their own; and 400 fewer questions about the processor at every start.
writeFileSync(
  '/etc/libvirt/qemu.conf',
  'stdio_handler = "file"\ncapability_filters = [ "cpu-unavailable-features" ]\n',
);
startDaemon();
