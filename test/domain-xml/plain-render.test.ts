import t from 'tap';
import yargs from 'yargs';
import { plainRender } from '../../src/programs/domain-xml/plain-render.ts';
import { renderCommand } from '../../src/programs/domain-xml/render.ts';
import type { RenderRequest } from '../../src/programs/domain-xml/run-render.ts';

/** What yargs makes of the arguments; undefined where it finds fault with them. */
async function byYargs(argv: string[]): Promise<RenderRequest | undefined> {
  let request: RenderRequest | undefined;
  const command = renderCommand({ print: () => {}, complain: () => {}, interactive: false });
  command.handler = ({
    name,
    templates,
    vm,
    qubesXml,
    qubesd,
    kernels,
    hostMemory,
    part,
    device,
    output,
  }) => {
    request = { name, templates, vm, qubesXml, qubesd, kernels, hostMemory, part, device, output };
  };
  try {
    await yargs(argv)
      .command(command)
      .strict()
      .parserConfiguration({ 'dot-notation': false, 'parse-numbers': false, 'boolean-negation': false })
      .detectLocale(false)
      .exitProcess(false)
      .showHelpOnFail(false)
      .fail((message, error) => {
        throw error ?? new Error(message);
      })
      .parseAsync();
  } catch {
    return undefined;
  }
  return request;
}

// All orders of these pieces, with some left out, are tried.
const PIECES = [
  ['work'],
  ['--vm', 'vm.json'],
  ['--vm', '-'],
  ['--templates', '/a'],
  ['--templates', './b c'],
  ['-o', 'out.xml'],
  ['--output', '-'],
  ['--part', 'devices/net.xml'],
  ['--device', '0123'],
  ['--qubes-xml', 'qubes.xml'],
  ['--qubesd', '/run/q.sock'],
  ['--kernels', './k'],
  ['--host-memory', '16000'],
];

function* arrangements(pieces: string[][], length: number): Generator<string[][]> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const [index, piece] of pieces.entries()) {
    for (const rest of arrangements(pieces.toSpliced(index, 1), length - 1)) yield [piece, ...rest];
  }
}

t.test('What is recognized without yargs is what yargs makes of it', async t => {
  let recognized = 0;
  for (const length of [1, 2, 3]) {
    for (const pieces of arrangements(PIECES, length)) {
      const argv = ['render', ...pieces.flat()];
      const plain = plainRender(argv);
      if (plain === undefined) continue;
      recognized += 1;
      const request = await byYargs(argv);
      if (JSON.stringify(request) !== JSON.stringify(plain)) t.same(plain, request, argv.join(' '));
    }
  }
  t.ok(recognized > 300, `${recognized} arrangements were recognized`);
});

for (const argv of [
  [],
  ['which', 'work', '--vm', 'a'],
  ['render'],
  ['render', '--vm', 'a'],
  ['render', 'work', '--vm'],
  ['render', 'work', '--vm', ''],
  ['render', 'work', '--vm', '--templates'],
  ['render', 'work', '--vm=a'],
  ['render', 'work', '--vm', 'a', '--vm', 'b'],
  ['render', 'work', '--vm', 'a', '-o', 'b', '--output', 'c'],
  ['render', 'work', 'play', '--vm', 'a'],
  ['render', 'work', '--vm', 'a', '--help'],
  ['render', 'work', '--vm', 'a', '--nope', 'b'],
  ['render', '', '--vm', 'a'],
  ['render', '--', 'work', '--vm', 'a'],
  ['--vm', 'a', 'render', 'work'],
]) {
  t.test(`Left to yargs: ${argv.join(' ')}`, async t => {
    t.equal(plainRender(argv), undefined);
  });
}
