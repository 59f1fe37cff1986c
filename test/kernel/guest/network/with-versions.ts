import { hashOf, MEBIBYTE, makeImage, type Template } from '../images.ts';
import { named } from './names.ts';
import { connect, withServer } from './nbd.ts';

/** Runs an action on a server with two versions of an image, and the image itself, which can be written. */
export function withVersions(
  { folder, root }: Template,
  action: (versions: { v1: string; v2: string; head: string; hashes: [string, string] }) => void,
): void {
  const second = makeImage(`${folder}/v2.img`, 4 * MEBIBYTE, 'random');
  const hashes: [string, string] = [hashOf(root), hashOf(second)];
  const head = makeImage(`${folder}/head.img`, 4 * MEBIBYTE, 'random');
  const exports = [
    { name: 'v1', file: root },
    { name: 'v2', file: second },
    { name: 'head', file: head, writable: true },
  ];
  withServer(exports, () => {
    const [v1, v2, written] = [connect(0, 'v1'), connect(1, 'v2'), connect(2, 'head')];
    action({ v1: named('image@v1', v1), v2: named('image@v2', v2), head: named('image', written), hashes });
  });
}
