import { volatileDiskFor } from '../../../templates/volatile-disk.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { usageError } from '../../../words/refusal.ts';
import { sizeText } from '../../../words/sizes.ts';
import { commandArguments } from '../../command-arguments.ts';
import { processTerminal, say } from '../../terminal.ts';
import { VOLATILE } from './usage.ts';

const UNITS = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 } as const;

/** `volatile IMAGE [--swap SIZE] [--json]`: how large the volatile disk of a VM has to be whose root is this image. */
export async function runVolatile(parameters: readonly string[]): Promise<void> {
  const values = await commandArguments(VOLATILE, parameters);
  const disk = volatileDiskFor(String(values._[0] ?? ''), swapOf(values.swap));
  const terminal = processTerminal();
  if (values.json) return terminal.print(jsonAnswer(disk));
  const { image, root, swap, volatile } = disk;
  say(
    terminal,
    `${image} has ${sizeText(root)}: with ${sizeText(swap)} of swap, all of it can be written where the volatile disk has ` +
      `${sizeText(volatile)} (${volatile} bytes; a sparse file takes what is written)`,
  );
}

/** In the words of the VM's own command line, dmroot.swap=; in bytes. @throws Refusal */
function swapOf(text: string): number {
  const [, digits, unit] = /^(0|[1-9][0-9]{0,11})([KMGT]?)$/.exec(text) ?? [];
  if (digits === undefined) throw usageError(`--swap is no size, as 512M or 2G: usage: ${VOLATILE.usage}`);
  return Number(digits) * (UNITS[unit as keyof typeof UNITS] ?? 1);
}
