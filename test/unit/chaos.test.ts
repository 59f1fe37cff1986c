// What `make chaos` judges by has to find a fault where there is one.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { BLOCK, bytesOf, difference } from '../chaos/model/blocks.ts';
import { addLayer, addTemplate, dropLayers, type Host, newHost } from '../chaos/model/host.ts';
import { inOrder, orders } from '../chaos/operations/together.ts';

t.test('a block that is wrong is named, with the write that it came by', test => {
  const path = join(test.testdir(), 'disk');
  const blocks = Uint32Array.from([1, 0, 2, 2]);
  writeFileSync(path, bytesOf(blocks));
  test.equal(difference(path, blocks), undefined);
  test.match(
    difference(path, Uint32Array.from([1, 0, 3, 2])),
    'block 2 of 4 has write 2 of block 2, not write 3 of block 2',
  );
  test.match(difference(path, Uint32Array.from([1, 4, 2, 2])), 'has zeros, not write 4 of block 1');
  test.match(difference(path, Uint32Array.from([1, 0, 2])), `it has ${4 * BLOCK} bytes or more`);
  writeFileSync(path, Buffer.concat([bytesOf(blocks).subarray(BLOCK), bytesOf(blocks).subarray(0, BLOCK)]));
  test.match(
    difference(path, Uint32Array.from([0, 2, 2, 1])),
    'block 1 of 4 has write 2 of block 2',
    'a block in the place of another',
  );
  writeFileSync(path, bytesOf(blocks).fill(9, 100, 200));
  test.match(difference(path, blocks), 'block 0 of 4 has a mixture');
  test.end();
});

const answer = (stdout: string) => ({ status: 0, stdout, stderr: '' });

/** A command that appends its name to a template's, and has to answer what that was. */
const appends = (name: string) => (host: Host) => ({
  call: () => ({ program: name, parameters: [host.templates[0]?.name ?? ''] }),
  settle: (after: Host) => {
    const [template] = after.templates;
    if (template !== undefined) template.name += name;
  },
});

t.test('several at once have to come to what they come to in some order', test => {
  test.same(orders(2), [
    [1, 0],
    [0, 1],
  ]);
  test.equal(new Set(orders(3).map(String)).size, 6);
  const host = newHost('/nowhere', false, 1, 0);
  const parts = ['a', 'b'].map(name => ({ planner: appends(name), given: host.given }));
  const sees = (plan: { call?: () => { parameters: readonly string[] } }, { stdout }: { stdout: string }) => {
    if (plan.call?.().parameters[0] !== stdout) throw new Error('another answer');
  };
  const outcomes = [answer('t0'), answer('t0a')];
  test.equal(inOrder(host, parts, outcomes, [0, 1], sees).templates[0]?.name, 't0ab');
  test.equal(host.templates[0]?.name, 't0', 'the host that they began on is as it was');
  test.throws(() => inOrder(host, parts, outcomes, [1, 0], sees), /another answer/);
  const busy = {
    status: 1,
    stdout: '',
    stderr: 'block-snapshot: a revert of t (process 7) is running: wait until it is done\n',
  };
  test.equal(
    inOrder(host, parts, [answer('t0'), busy], [0, 1], sees).templates[0]?.name,
    't0a',
    'one that has to wait has not been',
  );
  test.end();
});

t.test('a first layer goes with the last one on it, and with the run of its template', test => {
  const host = newHost('/nowhere', false, 0, 1);
  const template = addTemplate(host, 't', Uint32Array.of(1));
  const run = { way: 'hand', domain: 1, type: 'origin', node: '/dev/mapper/origin-1' } as const;
  addLayer(host, template, 'snapshot-1-2');
  addLayer(host, template, 'snapshot-1-2');
  template.run = run;
  dropLayers(host, template);
  test.same(host.layers, [{ template: 't', version: template.published.number, name: 'snapshot-1-2' }]);
  template.run = undefined;
  dropLayers(host, template);
  test.same(host.layers, []);
  test.end();
});
