import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../unit/executable.ts';

const LAB = join(PROJECT, 'test/vm-layer/lab');
export const MEBIBYTE = 1024 ** 2;

export type Flavour = 'initramfs-tools' | 'dracut' | 'dracut without systemd';
export type RootKind = 'whole' | 'named' | 'third' | 'split';

/** What a VM of the lab has said when it is off. */
export interface Said {
  /** What the root filesystem's init was told to say: `name value` lines. */
  answers: ReadonlyMap<string, string>;
  /** Whether that init came to its end. */
  done: boolean;
  /** What kernel and initramfs have said. */
  console: string;
}

/** A folder with what VMs of one flavour are made of, which goes with the process. */
export class VmLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'vm-layer-'));
  readonly initramfs = join(this.folder, 'initramfs');
  /** The lab's kernel: its release. */
  readonly release: string;

  constructor(flavour: Flavour, layer: 'with' | 'without' = 'with') {
    process.once('exit', () => rmSync(this.folder, { recursive: true, force: true }));
    this.#run('initramfs.sh', flavour, layer, this.initramfs);
    const kernel = execFileSync(join(PROJECT, 'test/kernel/lab/fetch-kernel.sh'), {
      encoding: 'utf8',
    }).trim();
    [this.release = ''] = readdirSync(join(kernel, 'modules'));
  }

  /** A root disk that holds a small system. @returns its path */
  root(kind: RootKind): string {
    const file = join(this.folder, `root-${kind}.img`);
    this.#run('root-image.sh', file, kind);
    return file;
  }

  /** A root disk that holds a whole Debian with systemd, which others have as well: only to be read. @returns its path */
  debian(): string {
    return join(this.#run('debian-root.sh').trim(), 'root.img');
  }

  /** An empty disk, sparse. @returns its path */
  disk(name: string, mebibytes: number): string {
    const file = join(this.folder, name);
    rmSync(file, { force: true });
    writeFileSync(file, '');
    truncateSync(file, mebibytes * MEBIBYTE);
    return file;
  }

  /** The kernel's modules.img, with firmware. @param release whose modules it has */
  modules(release = this.release): string {
    const content = join(this.folder, 'modules');
    rmSync(content, { recursive: true, force: true });
    mkdirSync(join(content, release), { recursive: true });
    writeFileSync(join(content, release, 'modules.dep'), 'of the image\n');
    mkdirSync(join(content, 'firmware'));
    writeFileSync(join(content, 'firmware/lab.bin'), 'of the image\n');
    const file = this.disk('modules.img', 8);
    execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', content, file], { stdio: 'pipe' });
    return file;
  }

  /**
   * Starts a VM and waits until it is off.
   * @param words of the kernel's command line
   * @param disks ubda, ubdb, ...: paths, with `:r` behind those that may not be written
   * @param script what the root filesystem's init does
   */
  boot(words: string, disks: readonly string[], script = ''): Said {
    const told = join(this.folder, 'script');
    const text = Buffer.from(script);
    writeFileSync(told, Buffer.concat([text, Buffer.alloc(4096 - (text.length % 4096))]));
    const all = [...disks, ...Array<string>(7 - disks.length).fill('-'), `${told}:r`];
    const { status, stderr } = spawnSync(join(LAB, 'boot.sh'), [this.folder, this.initramfs, words, ...all], {
      encoding: 'utf8',
    });
    const read = (name: string) => readFileSync(join(this.folder, name), 'utf8').replaceAll('\r', '');
    if (status !== 0)
      throw new Error(`the VM ended with ${status}: ${stderr}${read('kernel')}${read('console')}`);
    const lines = read('said').split('\n');
    const answers = lines.map(line => /^(\S+) ?(.*)$/.exec(line)).filter(match => match !== null);
    return {
      answers: new Map(answers.map(([, name = '', value = '']) => [name, value])),
      done: lines.includes('done'),
      console: read('console'),
    };
  }

  #run(script: string, ...parameters: string[]): string {
    return execFileSync(join(LAB, script), parameters, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }
}

/** What a sparse file takes, in MiB. */
export function takenBy(file: string): number {
  return (statSync(file).blocks * 512) / MEBIBYTE;
}

export function sumOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
