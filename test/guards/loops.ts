// The rules of loop devices: which are used, how, and which are left alone.
import type { Guard } from './guard.ts';

const LOOPS = 'kernel/guest/loops';
const IDENTITY = 'kernel/guest/identity';
const SICK = 'kernel/guest/filesystems/sick-servers';

export const LOOP_GUARDS: readonly Guard[] = [
  {
    rule: 'one loop device for each file, found by device and inode',
    from: 'const image = status === undefined ? undefined : wanted.get(imageKey(status.device, status.inode));',
    to: 'const image = undefined as Image | undefined;',
    program: LOOPS,
    checks: ['a loop device that somebody else set up is used, and not torn down'],
  },
  {
    rule: 'two loop devices that carry devices are refused',
    from: 'if (carries(former) && carries(latter)) {',
    to: 'if (carries(former) && carries(latter) && image.path === "") {',
    program: IDENTITY,
    checks: ['a base that two loop devices carry is in use through two block devices, and refused'],
  },
  {
    rule: 'a base is used through one block device',
    from: 'if (used !== undefined && used !== backing.device)',
    to: 'if (used !== undefined && used !== used)',
    program: IDENTITY,
    checks: ['a base whose loop device cannot be asked is never used through two block devices'],
  },
  {
    rule: 'a loop device that shows a part of an image is refused',
    from: 'if (!showsWhole(status)) {',
    to: 'if (!showsWhole(status) && path === "") {',
    program: LOOPS,
    checks: ['a loop device on a part of the base is refused'],
    executable: true,
  },
  {
    rule: 'a loop device whose file lies with a server that is none of our images is left alone',
    from: "if (shown === undefined || question === 'not at all') continue;",
    to: 'if (shown === undefined) continue;',
    program: SICK,
    checks: ['a server that has died keeps no template but its own: a program (FUSE)'],
    executable: true,
  },
  {
    rule: 'list asks a server itself, and waits for it by the clock',
    from: '		statfs(question->file, &room);',
    to: '	(void)room;',
    program: SICK,
    checks: ['a server that has died keeps no template but its own: NFS'],
    executable: true,
  },
  {
    rule: 'loop devices clear themselves',
    from: 'const clears = lasting === undefined ? LOOP_AUTOCLEAR : 0;',
    to: 'const clears = lasting === undefined ? LOOP_AUTOCLEAR & 0 : 0;',
    program: LOOPS,
    checks: ['loop devices are read-write and clear themselves'],
  },
  {
    rule: 'loop devices go through the page cache',
    from: "directIo: 'off',\n  reserve",
    to: "directIo: 'on',\n  reserve",
    program: LOOPS,
    checks: ['loop devices go through the page cache unless direct I/O is asked for'],
  },
  {
    rule: 'direct I/O is refused where it is not known to be safe',
    from: 'if (!isSafe(file))',
    to: 'if (SAFE_FILESYSTEMS.length === 0)',
    program: 'kernel/guest/life/configuration',
    checks: ['direct I/O is as it is configured'],
    executable: true,
  },
  {
    rule: 'direct I/O that somebody else has chosen is used only where it is safe',
    from: 'stopDirectIo(image, loop.path, loop.descriptor);',
    to: '',
    program: LOOPS,
    checks: [
      'a loop device with direct I/O goes on through the page cache where that is not known to be safe',
    ],
  },
  {
    rule: 'a base that is given as a loop device is used with direct I/O only where it is safe',
    from: 'if (isLoopNumber(device)) fitGivenLoop(image, descriptor);',
    to: '',
    program: LOOPS,
    checks: [
      'a loop device with direct I/O goes on through the page cache where that is not known to be safe',
    ],
  },
  {
    rule: 'VMs see sectors of 512 bytes',
    from: 'if (text === String(SECTOR_BYTES)) return;',
    to: 'if (text !== "") return;',
    program: LOOPS,
    checks: ['a loop device with other sectors than VMs see is refused, and used on where VMs have it'],
    executable: true,
  },
  {
    rule: "a read-only loop device is somebody's look, and nothing is put on it",
    from: 'return (loop.flags & LOOP_READ_ONLY) !== 0 && !carriesOurs(loop.device);',
    to: 'return loop.flags < 0 && !carriesOurs(loop.device);',
    program: LOOPS,
    checks: ["a read-only loop device on a cow is somebody's look, and not used"],
  },
  {
    rule: 'a base that is a read-only block device gets no origin',
    from: 'if (writable) requireWritable(base, base.device);',
    to: 'if (writable && base.path === "") requireWritable(base, base.device);',
    program: LOOPS,
    checks: ['a base that is a read-only block device gets no origin'],
    executable: true,
  },
];
