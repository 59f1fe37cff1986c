// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pieces of source with template strings in them
// The rules of cows and of what lies in them.
import type { Guard } from './guard.ts';

const ONE_DISK = 'kernel/guest/one-disk';
const LOOPS = 'kernel/guest/loops';
const REPAIRS = 'kernel/guest/repairs';
const STANDSTILL = 'kernel/guest/standstill';
const CORRUPTION = 'kernel/guest/corruption';
const SICK_SERVERS = 'kernel/guest/filesystems/sick-servers';
const CUT_SHORT = 'kernel/guest/life/cut-short';
const PLAN = 'unit/plan.test';

export const STORE_GUARDS: readonly Guard[] = [
  {
    rule: 'what receives old blocks while a template runs writes block by block',
    from: 'for (const first of firstLayersOn(base.key)) keepWhole(',
    to: "for (const first of firstLayersOn(base.key)) if (base.path === '') keepWhole(",
    program: CUT_SHORT,
    checks: [
      'a store with room for 300 KiB, where the VM starts first: no VM reads a block that was cut short',
    ],
    executable: true,
  },
  {
    rule: 'so does what is begun while it runs',
    from: 'if (origin !== undefined) keepWhole(',
    to: "if (origin === '') keepWhole(",
    program: CUT_SHORT,
    checks: [
      'a store with room for 300 KiB, where the template starts first: no VM reads a block that was cut short',
    ],
    executable: true,
  },
  {
    rule: 'so does an image that stores are merged into',
    from: 'if (merge) keepWhole(',
    to: "if (base.path === '') keepWhole(",
    program: CUT_SHORT,
    checks: ['a merge into holes whose room goes while it is under way is not taken for done'],
  },
  {
    rule: 'writing block by block ends with the run',
    from: 'if (store !== undefined) endWholeWrites(store);',
    to: '',
    program: CUT_SHORT,
    checks: [
      'a store with room for 300 KiB, where the VM starts first: no VM reads a block that was cut short',
    ],
    executable: true,
  },
  {
    rule: 'writing block by block ends with the merge',
    from: 'if (base !== undefined) endWholeWrites(base);',
    to: '',
    program: CUT_SHORT,
    checks: ['a merge into holes whose room goes while it is under way is not taken for done'],
    executable: true,
  },
  {
    rule: 'a run begins where the stores of its VMs answer',
    from: 'requireStoresAnswer(base);\n  stack.',
    to: 'stack.',
    program: SICK_SERVERS,
    checks: [
      'a run begins where its VMs have stores that answer, and ends where one does no more: a program (FUSE)',
    ],
    executable: true,
  },
  {
    rule: 'what is under way to a store is waited for by the clock',
    from: 'limitOf(device), ONE_BLOCK, soon());\n  } catch',
    to: 'limitOf(device), ONE_BLOCK, 600_000);\n  } catch',
    program: SICK_SERVERS,
    checks: [
      'a run begins where its VMs have stores that answer, and ends where one does no more: a program (FUSE)',
    ],
    executable: true,
  },
  {
    rule: 'no label is kept beside a file that has no name',
    from: 'addon().descriptorStatus(file.descriptor).links > 0 && ',
    to: '',
    program: 'kernel/guest/reflink-errors',
    checks: ['XFS: a conversion to snapshots, with errors in its system calls'],
    executable: true,
  },
  {
    rule: 'no label is kept beside an attribute that would be believed',
    from: '.links > 0 && readAttribute(file, kind) === undefined;',
    to: '.links > 0;',
    program: REPAIRS,
    checks: ['what an image is now is not noted beside a note that says something else'],
    executable: true,
  },
  {
    rule: 'a store of which something is missing is refused before its file is made larger',
    from: '.size < size) requireWholeStore(descriptor, path);',
    to: '.size < 0) requireWholeStore(descriptor, path);',
    program: CORRUPTION,
    checks: ['a store, damaged, is done without, or named in a line'],
  },
  {
    rule: 'a label that is none is an error',
    from: '  if (label !== undefined) return label;',
    to: '  if (label !== undefined || text !== undefined) return label;',
    program: CORRUPTION,
    checks: [
      'the label of a store, damaged, is done without, or named in a line',
      'the label beside a store, damaged, is done without, or named in a line',
    ],
  },
  {
    rule: 'what is there is handed out only with the cow that it should have',
    from: 'if (!isBackedBy(table.cow, cow)) throw foreignTable(name, `its cow ${table.cow} is not ${cow.path}`);\n  if (!isOurChunk',
    to: 'if (!isOurChunk',
    program: REPAIRS,
    checks: ['a snapshot on another base or another cow than its name says is refused'],
    executable: true,
  },
  {
    rule: 'a cow that was made in vain stays where what lies on it could not be taken back',
    from: 'if (!isLeft) addon().removeFile(path);',
    to: 'if (!isLeft || base.path !== "") addon().removeFile(path);',
    program: REPAIRS,
    checks: [
      'a cow that was made in vain goes again, and stays where what lies on it could not be taken back',
    ],
  },
  {
    rule: "a cow that holds another program's data is refused",
    from: "if (magic !== MAGIC || !isPowerOfTwo(chunk)) return { kind: 'foreign' };",
    to: "if (magic !== MAGIC || !isPowerOfTwo(chunk)) return { kind: 'blank' };",
    program: PLAN,
    checks: ['a header says whether a cow is blank, a store, or something else'],
  },
  {
    rule: 'a cow is blank only if nothing but zeros lies in its first MiB',
    from: 'const BLANK_BYTES = 1024 * 1024;',
    to: 'const BLANK_BYTES = 4096;',
    program: STANDSTILL,
    checks: ['a filesystem is never taken for an empty cow, wherever its superblock lies'],
    executable: true,
  },
  {
    rule: 'a cow that overflowed is refused',
    from: 'if (!header.valid) throw lostStore(cow);',
    to: '',
    program: 'kernel/guest/bad-input',
    checks: ['a cow whose snapshot has overflowed is refused, running or not'],
    executable: true,
  },
  {
    rule: 'a snapshot that overflowed is refused while it runs',
    from: "if (status !== undefined && status.kind !== 'serving') throw lostStore(",
    to: "if (status !== undefined && status.kind !== 'serving' && name === '') throw lostStore(",
    program: 'kernel/guest/bad-input',
    checks: ['a cow whose snapshot has overflowed is refused, running or not'],
    executable: true,
  },
  {
    rule: 'a cow whose chunk size is never ours is refused',
    from: 'if (!isOurChunk(header.chunk))\n    throw new Refusal(',
    to: 'if (!isOurChunk(header.chunk) && cow.path === "")\n    throw new Refusal(',
    program: 'kernel/guest/bad-input',
    checks: ['a cow with another chunk size is refused'],
    executable: true,
  },
  {
    rule: 'a cow that another device uses is refused',
    from: 'const [holder] = device === undefined ? [] : holdersOf(device);',
    to: 'const [holder] = device === undefined ? [] : holdersOf(device).slice(0, 0);',
    program: LOOPS,
    checks: ['a cow that another stack uses is refused'],
    executable: true,
  },
  {
    rule: 'a device of ours is neither base nor cow',
    from: 'if (parseDeviceName(name) !== undefined)\n    throw madeOfOthers(',
    to: 'if (parseDeviceName(name) !== undefined && name === "")\n    throw madeOfOthers(',
    program: ONE_DISK,
    checks: ['a device of ours is neither base nor cow, by any of its names'],
  },
  {
    rule: 'cows cannot overflow: small ones are grown when they are attached',
    from: 'growCow(image, descriptor, size);\n    return loopBacking(attachLoop',
    to: 'return loopBacking(attachLoop',
    program: 'kernel/guest/what-goes-when',
    checks: ['a cow that we made survives that its whole base is rewritten'],
  },
  {
    rule: 'a store has room for every chunk, the header and one chunk ahead',
    from: 'exceptionsPerArea(chunk)) + 2) * chunkBytes',
    to: 'exceptionsPerArea(chunk)) + 1) * chunkBytes',
    program: PLAN,
    checks: ['a store has room for every chunk, their metadata, the header and one chunk ahead'],
  },
  {
    rule: 'no table is loaded that ends the kernel',
    from: 'Number(minor) < 13',
    to: 'Number(minor) < 14',
    program: PLAN,
    checks: ['discards are asked for where the kernel survives it'],
  },
  {
    rule: 'every layer takes discards where the kernel can',
    from: 'if (chunk >= 512) return true;',
    to: '',
    program: PLAN,
    checks: ['discards are asked for where the kernel survives it'],
  },
  {
    rule: 'a first layer stays while its template runs',
    from: 'const template = originRuns ? runThatKeeps(base, cows) : undefined;',
    to: 'const template = undefined as string | undefined;',
    program: 'kernel/guest/what-goes-when',
    checks: ['a first layer stays while its origin exists, and cleanup says so'],
    executable: true,
  },
  {
    rule: 'nothing is ever made shorter',
    from: 'if ((uint64_t)status.st_size < size && ftruncate(',
    to: 'if ((uint64_t)status.st_size != size && ftruncate(',
    program: 'unit/image-files.test',
    checks: ['a file is made longer, and never shorter'],
  },
  {
    rule: 'a limit on the size of files is an error like others',
    from: '	signal(SIGXFSZ, SIG_IGN);',
    to: '',
    program: 'kernel/guest/contract',
    checks: ['a limit on the size of files is an error in words, and leaves nothing made'],
    executable: true,
  },
];
