// The functions of the addon that work on devices, under the sanitizers: memory.js CALLS
//   CALLS  how many of each are made to see that nothing grows, besides one with each hostile argument
import t from 'tap';
import { callUnderSanitizers } from '../../memory/sanitized.ts';
import { planMessage } from './kernel-log.ts';

t.setTimeout(0);
planMessage(
  '^device-mapper: (table: .*(unknown target type|zero-length target)|ioctl: (error adding target to table|name not supplied .*))',
);
// Of a device that is nothing but errors, where the flags tell udev to look into it.
planMessage('^Buffer I/O error on dev dm-[0-9]+, logical block [0-9]+, async page read');
for (const runtime of ['Node', 'the engine'] as const)
  await callUnderSanitizers(runtime, 'kernel', Number(process.argv[2]));
