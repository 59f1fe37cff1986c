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
  /** How long a base that is reached over a network has to give a block. */
  baseSeconds: number;
  /** The path of the program that makes a version of a template which is a block device. */
  commitCommand: string | undefined;
}

/** Those of a file that says nothing, or is not there. */
export const DEFAULT_SETTINGS: Settings = {
  revisions: 1,
  commitOnStop: true,
  chunk: CHUNK,
  directIo: 'off',
  reserve: false,
  baseSeconds: 3,
  commitCommand: undefined,
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
/** libxl gives a whole start of a disk 40 s. */
const MOST_BASE_SECONDS = 10;

/** One key of the configuration. */
interface Key {
  /** All its values; of a range the two ends. */
  values: readonly string[];
  /** What a value has to be, for people. */
  wanted: string;
  /** Undefined for what is no value of it. */
  read(value: string): Partial<Settings> | undefined;
}

/** A key with values of its own, of which people are told. @param former values that are taken, and that nobody is told of any more */
function oneOf(
  choices: Readonly<Record<string, Partial<Settings>>>,
  former: Readonly<Record<string, Partial<Settings>>> = {},
): Key {
  const told = Object.keys(choices);
  const all = { ...choices, ...former };
  return {
    values: Object.keys(all),
    wanted: told.join(told.length === 2 ? ' or ' : ', '),
    read: value => (Object.hasOwn(all, value) ? all[value] : undefined),
  };
}

/** A key whose values are whole numbers. */
function numberIn(least: number, most: number, settings: (value: number) => Partial<Settings>): Key {
  return {
    values: [String(least), String(most)],
    wanted: `a number from ${least} to ${most}`,
    read: value =>
      /^\d{1,3}$/.test(value) && Number(value) >= least && Number(value) <= most
        ? settings(Number(value))
        : undefined,
  };
}

/** Every key that there is; test/kernel/guest/life/every-value.ts has a run for each value. */
export const KEYS: Readonly<Record<string, Key>> = {
  REVISIONS: numberIn(0, MOST_REVISIONS, revisions => ({ revisions })),
  COMMIT_ON_STOP: oneOf({ yes: { commitOnStop: true }, no: { commitOnStop: false } }),
  CHUNK_SIZE: oneOf(Object.fromEntries(Object.entries(CHUNKS).map(([name, chunk]) => [name, { chunk }]))),
  // `auto` is what the first version installed; it took the kernel's word for what a filesystem can do, which was wrong.
  DIRECT_IO: oneOf({ on: { directIo: 'on' }, off: { directIo: 'off' } }, { auto: { directIo: 'off' } }),
  RESERVE: oneOf({ on: { reserve: true }, off: { reserve: false } }),
  COMMIT_COMMAND: {
    values: [''],
    wanted: 'the absolute path of a program, or nothing',
    read: value => {
      if (value === '') return { commitCommand: undefined };
      return value.startsWith('/') && printable(value) === value ? { commitCommand: value } : undefined;
    },
  },
  BASE_TIMEOUT: numberIn(1, MOST_BASE_SECONDS, baseSeconds => ({ baseSeconds })),
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
