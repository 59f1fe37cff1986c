import { closeSync, openSync, statSync } from 'node:fs';
import { check } from '../checks.ts';
import { MEBIBYTE, statKey, writeRandomAt } from '../images.ts';
import { cleanupHere, prepareHere } from '../in-process.ts';
import { must } from '../programs.ts';
import { allLayers, onlyTemplate, type SeenLayer, seenByProgram } from './seen.ts';

check('the JSON agrees with dmsetup, losetup and stat', (test, template) => {
  const nodes = [template.vm1, template.vm2].map(vm =>
    prepareHere('snapshot', template.root, template.rootCow, vm),
  );
  const origin = prepareHere('origin', template.root, template.rootCow);
  writeRandomAt(nodes[0] ?? '', 0, MEBIBYTE);
  writeRandomAt(origin, 2 * MEBIBYTE, 300_000);
  const all = seenByProgram();
  const { image, size, origin: shown, versions } = onlyTemplate(all);
  const layers = allLayers(versions);

  const tables = new Map(linesOf(must('dmsetup', 'table')));
  const states = new Map(linesOf(must('dmsetup', 'status')));
  test.same(
    new Set([...layers.map(nameOf), (shown?.node ?? '').slice('/dev/mapper/'.length)]),
    new Set(tables.keys()),
    'the devices of dmsetup table, and no other',
  );
  for (const layer of layers) {
    const name = nameOf(layer);
    const under = layers.find(other => other.layers.includes(layer))?.device ?? image.device;
    const features = ' 1 discard_zeroes_cow';
    test.equal(
      tables.get(name)?.replace(features, ''),
      `0 ${(layer.size ?? 0) / 512} snapshot ${under} ${layer.cow.device} P 256`,
      `the table of ${name}`,
    );
    const [used, capacity, metadata] = [layer.used, layer.capacity, layer.metadata].map(n => (n ?? 0) / 512);
    test.equal(
      states.get(name),
      `0 ${(layer.size ?? 0) / 512} snapshot ${used}/${capacity} ${metadata}`,
      `the status of ${name}`,
    );
    test.equal(must('stat', '-L', '-c', '%Hr:%Lr', layer.node), layer.device);
  }
  test.equal(
    tables.get(nameOf({ node: shown?.node ?? '' })),
    `0 ${(size ?? 0) / 512} snapshot-origin ${image.device}`,
  );

  const loops = new Map(
    must('losetup', '-l', '-n', '-O', 'NAME,BACK-FILE')
      .split('\n')
      .map(line => line.split(/\s+/) as [string, string]),
  );
  const images = [image, ...layers.map(({ cow }) => cow)];
  test.same(
    new Map(images.map(({ loop, path }) => [loop, path])),
    loops,
    'the loop devices of losetup, and no other',
  );
  for (const { path, key, place, size: length, allocated } of images) {
    const { blocks, size: real } = statSync(path ?? '');
    test.same(
      [key, place, length, allocated],
      [statKey(path ?? ''), 'present', real, blocks * 512],
      `${path}`,
    );
  }
  test.same(all.loopDevices, [], 'each loop device carries a device');
  cleanupHere('origin', origin);
  for (const node of nodes) cleanupHere('snapshot', node);
});

check('how full a cow is changes with what is written', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow);
  const fill = () => onlyTemplate().versions[0]?.used ?? 0;
  const before = fill();
  writeRandomAt(node, 0, MEBIBYTE);
  test.equal(fill() - before, MEBIBYTE, 'eight chunks; what the store needs for itself was begun before');
  cleanupHere('snapshot', node);
});

check('looking leaves everything as it was, also where somebody has a device open', (test, template) => {
  const node = prepareHere('snapshot', template.root, template.rootCow, template.vm1);
  const descriptor = openSync(node, 'r');
  const before = must('dmsetup', 'info', '-c', '--noheadings') + must('losetup', '-a');
  seenByProgram();
  test.equal(must('dmsetup', 'info', '-c', '--noheadings') + must('losetup', '-a'), before);
  closeSync(descriptor);
  cleanupHere('snapshot', node);
});

function nameOf({ node }: Pick<SeenLayer, 'node'>): string {
  return node.slice('/dev/mapper/'.length);
}

/** `NAME: REST` lines of dmsetup; names have colons in them, but no spaces. */
function linesOf(text: string): [string, string][] {
  return text.split('\n').map(line => {
    const end = line.indexOf(': ');
    return [line.slice(0, end), line.slice(end + 2).trim()];
  });
}
