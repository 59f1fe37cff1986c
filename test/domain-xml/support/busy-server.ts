import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';

/** Listens with a queue that is full, and takes nobody until it is told; then it answers everybody with an exception. */
const BUSY = `
import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(0)
waiting = []
while True:
    client = socket.socket(socket.AF_UNIX)
    client.setblocking(False)
    try:
        client.connect(sys.argv[1])
    except BlockingIOError:
        break
    waiting.append(client)
print("full", flush=True)
sys.stdin.readline()
for client in waiting:
    client.close()
while True:
    taken, _ = server.accept()
    request = b""
    while part := taken.recv(65536):
        request += part
    if request:
        taken.sendall(b"2\\0Busy\\0\\0was busy\\0")
    taken.close()
`;

/** Starts one in a process of its own: Node's own servers take everybody at once. */
export async function startBusyServer(
  t: Test,
  socket: string,
): Promise<{ socket: string; takeThem: () => void }> {
  const server = spawn('/usr/bin/python3', ['-c', BUSY, socket], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => server.kill());
  await once(server.stdout, 'data');
  return { socket, takeThem: () => server.stdin.write('\n') };
}
