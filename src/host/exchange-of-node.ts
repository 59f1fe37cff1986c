import type { Exchange, Question } from './question.ts';

/** A question asked by Node or Bun, while other things go on. */
export function askByNode({ path, request, milliseconds, longest }: Question): Exchange {
  const { connect } = process.getBuiltinModule('node:net');
  const socket = connect({ path, allowHalfOpen: true });
  const reply = new Promise<Uint8Array>((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    const fail = (code: string) => {
      reject(Object.assign(new Error(code), { code }));
      socket.destroy();
    };
    const clock = setTimeout(() => fail('ETIMEDOUT'), milliseconds);
    socket.on('data', (part: Uint8Array) => {
      parts.push(part);
      length += part.length;
      if (length > longest) fail('EMSGSIZE');
    });
    socket.on('end', () => {
      resolve(Buffer.concat(parts));
      socket.destroy();
    });
    socket.on('error', error => {
      reject(error);
      socket.destroy();
    });
    socket.on('close', () => {
      clearTimeout(clock);
      fail('ECANCELED');
    });
    socket.end(request);
  });
  return { reply, end: () => socket.destroy() };
}

export function pauseByNode(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
