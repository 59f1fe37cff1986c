// What a disk is asked for by: on the command line, in xenstore's params, in libvirt's metadata.
import '../made-up-host.ts';
import { nodeOf } from '../../../src/devices/plan/device-names.ts';
import { parseNode } from '../../../src/devices/request/node-request.ts';
import { parseReflinkRequest } from '../../../src/devices/request/reflink-request.ts';
import { parseStackRequest } from '../../../src/devices/request/stack-request.ts';
import { must, readOrRefused } from '../oracle.ts';
import { oneOf } from '../pieces.ts';

export const fuzz = oneOf([
  text => stack('snapshot', text),
  text => stack('origin', text),
  text => reflink('reflink', text),
  text => reflink('reflink-origin', text),
  node,
]);

function stack(type: 'snapshot' | 'origin', text: string): void {
  const request = readOrRefused(() => parseStackRequest(type, text));
  if (request === undefined) return;
  const { base, cows } = request;
  must(
    [base, ...cows].map(({ path }) => path).join(':') === text,
    'a stack is of all the paths that were given',
  );
  must(type === 'snapshot' ? cows.length > 0 : cows.length === 1, 'a snapshot has cows, an origin one');
  for (const { path } of [base, ...cows]) plainPath(path);
}

function reflink(type: 'reflink' | 'reflink-origin', text: string): void {
  const request = readOrRefused(() => parseReflinkRequest(type, text));
  if (request === undefined) return;
  const { source, disk, keep } = request;
  must((source === undefined) === (type === 'reflink-origin'), 'a clone has a source, a run has none');
  if (source !== undefined) {
    plainPath(source.path);
    must(
      [source.path, disk.path, ...(keep ? ['keep'] : [])].join(':') === text,
      'nothing that was given is lost',
    );
  }
  plainPath(disk.path);
  must(/[^/]\.img$/.test(disk.path), "a disk's image is X.img");
}

function node(text: string): void {
  const device = readOrRefused(() => parseNode(text));
  if (device === undefined) return;
  must(device.node === nodeOf(device.name), 'a node lies in its folder');
  must(text === device.node || text === device.name, 'a node is the one that was given');
  must(/^(snapshot|origin)-[0-9a-f:-]+$/.test(device.name), 'nothing is in a name but keys');
}

function plainPath(path: string): void {
  must(path.startsWith('/') && !/[\0\n\ufffd]/.test(path), 'a path is absolute, and a text');
  must(Buffer.byteLength(path) < 4096, 'a path is no longer than the kernel takes one');
}
