// Random stories of a host, against a model of what must be true, with kills, errors, signals, full filesystems and power cuts among them:
//   chaos.js [OPERATIONS [SEED [FILESYSTEM]]]
import t from 'tap';
import './own-etc.ts';
import { Filesystem } from '../../chaos/real/filesystem.ts';
import { tell } from '../../chaos/story/tell.ts';
import { xenstored } from './hotplug/surroundings.ts';
import { DRIVERS, must } from './programs.ts';

const [operations = '200', seed = '1', name = 'ext4'] = process.argv.slice(2);

t.setTimeout(0);
must('insmod', `${DRIVERS}/md/dm-log-writes.ko`);

t.test(`${operations} operations on ${name}`, async test => {
  const filesystem = new Filesystem(name);
  const begun = performance.now();
  const { counts, failure } = await tell(filesystem, {
    seed: Number(seed),
    operations: Number(operations),
    ...(process.env['WITHOUT'] === 'faults' ? { without: 'faults' as const } : {}),
  });
  for (const line of failure?.story ?? []) test.comment(line);
  test.equal(failure?.why, undefined, `no story ends otherwise than it has to`);
  const milliseconds = (performance.now() - begun) / counts.operations;
  test.comment(
    `${counts.operations} operations, ${milliseconds.toFixed(1)} ms each: ${[...counts.done].map(([what, times]) => `${what} ${times}`).join(', ')}`,
  );
  filesystem.remove();
  xenstored.stop();
});
