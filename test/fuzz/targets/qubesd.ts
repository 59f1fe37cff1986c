// What qubesd answers. Its first byte chooses a reader of replies for the rest of an input; the last choice is a whole
// description, of which each piece is a call, a line feed, and the reply to it.
import '../made-up-host.ts';
import type { AdminApi } from '../../../src/domain-xml/admin-api/connection.ts';
import { readVm } from '../../../src/domain-xml/admin-api/read-vm.ts';
import {
  assignedDevices,
  defaultValue,
  listedVms,
  names,
  pairs,
  properties,
  property,
} from '../../../src/domain-xml/admin-api/replies.ts';
import { encodeRequest, replyContent } from '../../../src/domain-xml/admin-api/wire.ts';
import { describeVm } from '../described.ts';
import { eventuallyReadOrRefused, must, readOrRefused } from '../oracle.ts';
import { choice, piecesOf } from '../pieces.ts';

const CALL = { method: 'admin.vm.List', destination: 'dom0' };

const READERS: readonly ((content: string) => unknown)[] = [
  content => listedVms(content, CALL),
  content => properties(content, CALL),
  content => property(content, CALL),
  content => defaultValue(content, CALL),
  content => names(content, CALL),
  content => pairs(content, CALL),
  content => assignedDevices(content, CALL),
];

export function fuzz(data: Uint8Array): undefined | Promise<void> {
  const [chosen, rest] = choice(data);
  const read = READERS[chosen % (READERS.length + 1)];
  if (read === undefined) return wholeVm(rest);
  readOrRefused(() => read(replyContent(rest, CALL)));
  return undefined;
}

async function wholeVm(data: Uint8Array): Promise<void> {
  const replies = new Map<string, Uint8Array>();
  for (const piece of piecesOf(data)) {
    const end = piece.indexOf(0x0a);
    replies.set(Buffer.from(piece.subarray(0, end)).toString('latin1'), piece.subarray(end + 1));
  }
  const api = {
    async ask(method: string, destination: string, argument?: string): Promise<string> {
      const call = { method, destination, ...(argument === undefined ? {} : { argument }) };
      const request = Buffer.from(encodeRequest(call)).toString('latin1');
      must(
        request.split(' ').length === 4 && request.endsWith('\0'),
        'a call is one call, whatever names are in it',
      );
      return replyContent(
        replies.get(`${method}${argument === undefined ? '' : `+${argument}`} ${destination}`) ??
          new Uint8Array(),
        call,
      );
    },
  } as AdminApi;
  const vm = await eventuallyReadOrRefused(() => readVm(api, 'work'));
  if (vm === undefined) return;
  must(vm.name === 'work', 'a VM is the one that was asked for');
  describeVm(vm);
}
