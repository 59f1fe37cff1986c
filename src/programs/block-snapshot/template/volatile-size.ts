import { requireImage } from '../../../devices/kernel/images.ts';
import { descriptorSectors, openImage, withDescriptor } from '../../../devices/kernel/open-descriptor.ts';
import { type Bytes, bytes, SECTOR_BYTES } from '../../../devices/plan/units.ts';
import { volatileSize } from '../../../devices/plan/volatile-size.ts';
import { imagePath } from '../../../devices/request/image-path.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { usageError } from '../../../words/refusal.ts';
import { sizeText } from '../../../words/sizes.ts';
import { commandArguments } from '../../command-arguments.ts';
import { processTerminal, say } from '../../terminal.ts';
import { VOLATILE_SIZE } from './usage.ts';

const UNITS = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 } as const;

/** `volatile-size IMAGE [--swap SIZE] [--json]`: how large the volatile disk of a VM has to be whose root is this image. */
export async function runVolatileSize(parameters: readonly string[]): Promise<void> {
  const values = await commandArguments(VOLATILE_SIZE, parameters);
  const swap = swapOf(values.swap);
  const image = requireImage(imagePath('base', String(values._[0] ?? '')));
  const root =
    image.device === undefined
      ? image.size
      : bytes(withDescriptor(openImage(image, 'read'), descriptorSectors) * SECTOR_BYTES);
  const size = volatileSize(root, swap);
  const terminal = processTerminal();
  if (values.json) return terminal.print(jsonAnswer({ image: image.path, root, swap, volatile: size }));
  say(
    terminal,
    `${image.path} has ${sizeText(root)}: with ${sizeText(swap)} of swap, all of it can be written where the volatile disk has ` +
      `${sizeText(size)} (truncate -s ${size} volatile.img, which takes what is written)`,
  );
}

/** In the words of the VM's own command line, dmroot.swap=. @throws Refusal */
function swapOf(text: string): Bytes {
  const [, digits, unit] = /^(0|[1-9][0-9]{0,11})([KMGT]?)$/.exec(text) ?? [];
  if (digits === undefined)
    throw usageError(`--swap is no size, as 512M or 2G: usage: ${VOLATILE_SIZE.usage}`);
  return bytes(Number(digits) * (UNITS[unit as keyof typeof UNITS] ?? 1));
}
