// A small xenstore for tests: server.js SOCKET. How it behaves is read from SOCKET.behaviour before each answer; every
// change that takes effect is a line of JSON in SOCKET.journal, one for each transaction. It prints "ready" when it is.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { type Behaviour, isBehaviour } from './behaviour.ts';
import { type Change, Tree } from './tree.ts';

const [, , path = ''] = process.argv;
const tree = new Tree();
let refusedEnds = 0;
// What the client cannot write itself.
tree.write(0, '/test/not-utf8', Buffer.from([0x2f, 0xff, 0xfe]));

interface Message {
  type: number;
  requestId: number;
  transactionId: number;
  payload: Buffer;
}

function behaviour(): Behaviour {
  const text = existsSync(`${path}.behaviour`) ? readFileSync(`${path}.behaviour`, 'utf8') : 'proper';
  if (!isBehaviour(text)) throw new Error(`${text} is not a behaviour`);
  return text;
}

function journal(changes: Change[]): void {
  if (changes.length > 0) appendFileSync(`${path}.journal`, `${JSON.stringify(changes)}\n`);
}

/** The answer's payload, or the name of an errno. */
function answerTo(message: Message, mood: Behaviour): Buffer | string {
  const { type, transactionId, payload } = message;
  const end = payload.indexOf(0);
  const given = payload.toString('latin1', 0, end);
  const node = given.startsWith('/') ? given : `/local/domain/0/${given}`;
  const value = payload.subarray(end + 1);
  const ok = Buffer.from('OK\0');
  if (mood === 'EAGAIN on all but the end' && transactionId !== 0 && type !== 7) return 'EAGAIN';
  switch (type) {
    case 1: {
      const names = tree.children(transactionId, node);
      return names.length > 0 ? Buffer.from(names.map(name => `${name}\0`).join('')) : 'ENOENT';
    }
    case 2:
      return tree.read(transactionId, node) ?? 'ENOENT';
    case 6:
      return Buffer.from(mood === 'no transaction number' ? '\0' : `${tree.start()}\0`);
    case 7: {
      const commit = given === 'T';
      if (commit && mood === 'EAGAIN forever') return 'EAGAIN';
      if (commit && mood === 'EAGAIN three times' && ++refusedEnds <= 3) return 'EAGAIN';
      const result = tree.end(transactionId, commit);
      if (typeof result === 'string') return result;
      journal(result);
      return ok;
    }
    case 11:
      tree.write(transactionId, node, value);
      if (transactionId === 0) journal([[node, value.toString('latin1')]]);
      return ok;
    case 13: {
      const found = tree.remove(transactionId, node);
      if (transactionId === 0 && found) journal([[node, null]]);
      return found ? ok : 'ENOENT';
    }
    default:
      return 'ENOSYS';
  }
}

function encode(type: number, message: Message, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(16);
  for (const [index, word] of [type, message.requestId, message.transactionId, payload.length].entries())
    bytes.writeUInt32LE(word, index * 4);
  return Buffer.concat([bytes, payload]);
}

function trickle(socket: Socket, bytes: Buffer): void {
  let sent = 0;
  const timer = setInterval(() => {
    if (sent >= bytes.length || socket.destroyed) clearInterval(timer);
    else socket.write(bytes.subarray(sent, ++sent));
  }, 300);
}

function respond(socket: Socket, message: Message): void {
  const mood = behaviour();
  if (mood === 'hangs') return;
  if (mood === 'closes') {
    socket.destroy();
    return;
  }
  const answer = answerTo(message, mood);
  const refused = typeof answer === 'string';
  const proper = encode(
    refused ? 16 : message.type,
    message,
    refused ? Buffer.from(mood === 'no reason' ? '\0' : `${answer}\0`) : answer,
  );
  switch (mood) {
    case 'wrong type':
      proper.writeUInt32LE(message.type === 2 ? 1 : 2, 0);
      break;
    case 'wrong request id':
      proper.writeUInt32LE(message.requestId + 1, 4);
      break;
    case 'wrong transaction id':
      proper.writeUInt32LE(message.transactionId + 1, 8);
      break;
    case 'too long':
      proper.writeUInt32LE(4097, 12);
      break;
    case 'watch event':
      socket.write(encode(15, { ...message, requestId: 0, transactionId: 0 }, Buffer.from('a\0b\0')));
      break;
    case 'half a header':
      socket.end(proper.subarray(0, 7));
      return;
    case 'half an answer':
      socket.end(proper.subarray(0, proper.length - 1));
      return;
    case 'trickles':
      trickle(socket, proper);
      return;
    case 'last answer lost':
      if (message.type === 7) {
        socket.destroy();
        return;
      }
      break;
    default:
  }
  socket.write(proper);
}

const server = createServer(socket => {
  let received = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', data => {
    received = Buffer.concat([received, data]);
    while (received.length >= 16) {
      const end = 16 + received.readUInt32LE(12);
      if (received.length < end) return;
      const [type, requestId, transactionId] = [0, 4, 8].map(offset => received.readUInt32LE(offset));
      const payload = received.subarray(16, end);
      received = received.subarray(end);
      respond(socket, {
        type: type ?? 0,
        requestId: requestId ?? 0,
        transactionId: transactionId ?? 0,
        payload,
      });
    }
  });
});
server.listen(path, () => console.log('ready'));
