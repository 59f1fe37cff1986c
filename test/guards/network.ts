// The rules of bases that are reached over a network.
import type { Guard } from './guard.ts';

const NETWORK = { program: 'kernel/guest/network', executable: true } as const;

export const NETWORK_GUARDS: readonly Guard[] = [
  {
    ...NETWORK,
    rule: 'a base that is reached over a network is asked for a block before anything is made of it',
    from: 'if (base.device !== undefined && answered !== base.disk) requireAnswer(base);',
    to: 'if (base.device !== undefined && answered !== base.disk && base.path === "") requireAnswer(base);',
    checks: ['a base whose server was killed is refused at once, and served again it is as it was'],
  },
  {
    ...NETWORK,
    rule: 'what asks a base waits for an event, and is not held in the kernel',
    from: 'if (syscall(SYS_io_submit, room->context, 1L, &block) == 1)',
    to: 'if (pread(asked->descriptor, room->buffers, SMALLEST_READ, 0) < 0)',
    checks: ['nothing is made on a base whose server is stopped, and what asked it can be ended'],
  },
  {
    ...NETWORK,
    rule: 'what asks a base has no lock and no pipe',
    from: '	struct room *room = argument;\n	uint32_t index, under_way = 0;\n\n	let_go_of_files();',
    to: '	struct room *room = argument;\n	uint32_t index, under_way = 0;\n',
    checks: ['nothing is made on a base whose server is stopped, and what asked it can be ended'],
  },
  {
    ...NETWORK,
    rule: "a base on the machine's own disks is not asked",
    from: 'return ON_NETWORK.some(form => form.test(link));',
    to: "return ON_NETWORK.some(form => form.test(link)) || link !== '';",
    checks: ['a base on a server is asked for a block by a process that is gone with the answer'],
  },
  {
    ...NETWORK,
    rule: 'a cow that is kept belongs to the name that its base was given by',
    from: "const name = stableName(base.path) ?? '';",
    to: "const name = stableName(base.path) === '' ? '-' : '';",
    checks: ['a cow that is kept belongs to the name that its base was given by, and to its size'],
  },
  {
    ...NETWORK,
    rule: 'a cow that is kept belongs to the size of its base',
    from: "const sectors = withDescriptor(openImage(base, 'read'), descriptorSectors);\n  const name",
    to: "const sectors = Math.min(0, withDescriptor(openImage(base, 'read'), descriptorSectors));\n  const name",
    checks: ['another size under the same name is another base'],
  },
  {
    ...NETWORK,
    rule: 'a base by a name of a moment is warned of where its cow is kept',
    from: 'if (kept === undefined || stableName(base.path) !== undefined) return;',
    to: "if (kept === undefined || base.path !== '') return;",
    checks: ['a base by a name of a moment is warned of where its cow is kept'],
  },
  {
    ...NETWORK,
    rule: 'a program that others than root can exchange is not run',
    from: 'if (status !== undefined && (status.user !== 0 || (status.mode & 0o022) !== 0))',
    to: 'if (status !== undefined && status.user < 0)',
    checks: [
      'the commit of a block device tells which command makes the version, and runs the one that is configured',
    ],
  },
  {
    program: NETWORK.program,
    rule: 'the program that makes a version has a limit in time',
    from: 'const clock = setTimeout(() => {\n      late = true;',
    to: 'const clock = setTimeout(() => {\n      late = milliseconds < 0;',
    checks: ['a commit command that does not come to its end is ended'],
  },
  {
    ...NETWORK,
    rule: 'what is asked is the server, and no cache between',
    from: 'return asked.size > 1 ? own : [...asked][0];',
    to: 'return asked.size > 0 ? own : undefined;',
    checks: [
      'what is asked is the server, whatever lies between: a volume, or a loop device that keeps its pages',
    ],
  },
];
