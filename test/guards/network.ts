// The rules of bases that are reached over a network.
import type { Guard } from './guard.ts';

const NETWORK = { program: 'kernel/guest/network', executable: true } as const;

export const NETWORK_GUARDS: readonly Guard[] = [
  {
    ...NETWORK,
    rule: 'a base that is reached over a network is asked for a block before anything is made of it',
    from: 'if (base.device !== undefined && answered !== base.disk) requireAnswer(base);',
    to: 'if (base.device !== undefined && answered !== base.disk && base.path === "") requireAnswer(base);',
    checks: ['a base whose server was killed is refused at once'],
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
];
