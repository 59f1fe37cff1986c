// The arguments of the commands that people type: the first byte chooses the command, NULs lie between its arguments.
import '../made-up-host.ts';
import { commandArguments } from '../../../src/programs/command-arguments.ts';
import { COMMANDS } from '../../../src/programs/manual/block-snapshot.ts';
import { eventuallyReadOrRefused, must } from '../oracle.ts';
import { choice, textOf } from '../pieces.ts';

const SHAPES = Object.values(COMMANDS);

export async function fuzz(data: Uint8Array): Promise<void> {
  const [chosen, rest] = choice(data);
  const shape = SHAPES[chosen % SHAPES.length];
  if (shape === undefined) return;
  const values = await eventuallyReadOrRefused(() => commandArguments(shape, textOf(rest).split('\0')));
  if (values === undefined) return;
  must(
    shape.operands.at(-1)?.repeated === true || values._.length <= shape.operands.length,
    'no more operands than a command takes',
  );
  for (const [name, value] of Object.entries(values))
    must(name === '_' || !Array.isArray(value), 'an option is given once');
}
