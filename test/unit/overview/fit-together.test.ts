// Devices and loop devices are read one after the other: what went in between leaves its loop device to another file.
import t from 'tap';
import { imageKey } from '../../../src/devices/plan/image-key.ts';
import { fitTogether } from '../../../src/overview/fit-together.ts';
import { World } from './world.ts';

function world() {
  const made = new World();
  const base = made.base('/srv/root.img');
  made.origin(base);
  const version = made.version(base);
  made.layer(base, [version], '/srv/vm.img');
  return made.facts;
}

t.test('devices fit on the loop devices whose files are those in their names', test => {
  const { devices, loops } = world();
  test.ok(fitTogether(devices, loops));
  test.ok(
    fitTogether(devices, []),
    'also where a loop device is not there any more, which is seen otherwise',
  );
  test.end();
});

for (const [index, name] of ['the base', 'the cow of a version', "a VM's cow"].entries())
  t.test(`devices do not fit when ${name} is on a loop device that was given another file`, test => {
    const { devices, loops } = world();
    const other = loops.map((loop, place) =>
      place === index ? { ...loop, key: imageKey(0xfd01n, 4711n) } : loop,
    );
    test.notOk(fitTogether(devices, other));
    test.end();
  });
