import { printable } from '../../words/printable.ts';
import { Refusal } from '../../words/refusal.ts';
import { CHUNK } from './exception-store.ts';
import { type Sectors, sectors } from './units.ts';

/** How loop devices are attached: around the page cache, or through it. */
export type DirectIo = 'on' | 'off';

/** What a person may choose; etc/block-snapshot.conf explains each. */
export interface Settings {
  /** How many finished runs of a template are kept to be undone. */
  revisions: number;
  /** Whether a run is committed when the template's origin is removed. */
  commitOnStop: boolean;
  /** The chunk of stores that are begun. */
  chunk: Sectors;
  directIo: DirectIo;
  /** Whether the space of the cows that are made is taken at once. */
  reserve: boolean;
}

/** Those of a file that says nothing, or is not there. */
export const DEFAULT_SETTINGS: Settings = {
  revisions: 1,
  commitOnStop: true,
  chunk: CHUNK,
  directIo: 'off',
  reserve: false,
};

/** The chunk sizes that can be chosen. A store with any of them may be ours, from before the choice was changed. */
const CHUNKS: Readonly<Record<string, Sectors>> = {
  '32K': sectors(64),
  '64K': sectors(128),
  '128K': CHUNK,
  '256K': sectors(512),
  '512K': sectors(1024),
  '1M': sectors(2048),
};

/** Whether a store with this chunk can be one of ours. */
export function isOurChunk(chunk: Sectors): boolean {
  return Object.values(CHUNKS).includes(chunk);
}

const MOST_REVISIONS = 100;

/** How the value of each key is read: undefined when it cannot be one, of which `wanted` says what it has to be. */
const KEYS: Readonly<Record<string, { wanted: string; read(value: string): Partial<Settings> | undefined }>> =
  {
    REVISIONS: {
      wanted: `a number from 0 to ${MOST_REVISIONS}`,
      read: value =>
        /^\d{1,3}$/.test(value) && Number(value) <= MOST_REVISIONS ? { revisions: Number(value) } : undefined,
    },
    COMMIT_ON_STOP: {
      wanted: 'yes or no',
      read: value => (value === 'yes' || value === 'no' ? { commitOnStop: value === 'yes' } : undefined),
    },
    CHUNK_SIZE: {
      wanted: Object.keys(CHUNKS).join(', '),
      read: value => {
        const chunk = Object.hasOwn(CHUNKS, value) ? CHUNKS[value] : undefined;
        return chunk === undefined ? undefined : { chunk };
      },
    },
    DIRECT_IO: {
      wanted: 'on or off',
      read: value => {
        if (value === 'on' || value === 'off') return { directIo: value };
        // What the first version installed; it took the kernel's word for what a filesystem can do, which was wrong.
        return value === 'auto' ? { directIo: 'off' } : undefined;
      },
    },
    RESERVE: {
      wanted: 'on or off',
      read: value => (value === 'on' || value === 'off' ? { reserve: value === 'on' } : undefined),
    },
  };

/**
 * Reads a configuration file's text.
 * @param file its path, for errors
 * @throws Refusal that names the file and the line of the first mistake
 */
export function parseSettings(text: string, file: string): Settings {
  let settings = DEFAULT_SETTINGS;
  const given = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const mistake = (reason: string) => new Refusal(`${file} line ${index + 1}: ${reason}`);
    const equals = content.indexOf('=');
    if (equals < 0) throw mistake(`${printable(content)} is not KEY=VALUE: correct it, or put # before it`);
    const key = content.slice(0, equals).trimEnd();
    const value = content.slice(equals + 1).trimStart();
    const known = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (known === undefined)
      throw mistake(`there is no key ${printable(key)}: there are ${Object.keys(KEYS).join(', ')}`);
    const former = given.get(key);
    if (former !== undefined) throw mistake(`${key} is given already in line ${former}: remove one of them`);
    given.set(key, index + 1);
    const read = known.read(value);
    if (read === undefined)
      throw mistake(`${key} is ${printable(value) || 'empty'}: it has to be ${known.wanted}`);
    settings = { ...settings, ...read };
  }
  return settings;
}
