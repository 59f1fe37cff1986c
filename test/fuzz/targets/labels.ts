// What images and stores know of their past: attributes, or files beside.
import '../made-up-host.ts';
import { parseDerivedLabel, printDerivedLabel } from '../../../src/devices/plan/derived-label.ts';
import {
  parseBaseLabel,
  parseStoreLabel,
  printBaseLabel,
  printStoreLabel,
} from '../../../src/devices/plan/label.ts';
import { must } from '../oracle.ts';
import { oneOf } from '../pieces.ts';

export const fuzz = oneOf([
  again('store', parseStoreLabel, printStoreLabel),
  again('base', parseBaseLabel, printBaseLabel),
  again('derived', parseDerivedLabel, printDerivedLabel),
]);

function again<Label>(
  what: string,
  parse: (text: string) => Label | undefined,
  print: (label: Label) => string,
) {
  return (text: string) => {
    const label = parse(text);
    if (label === undefined) return;
    const printed = print(label);
    const second = parse(printed);
    must(
      second !== undefined && print(second) === printed,
      `a label of a ${what} that was read is read again as it was`,
    );
    for (let length = 0; length < printed.length; length += 1) {
      const cut = parse(printed.slice(0, length));
      must(cut === undefined, `the beginning of a label of a ${what} is none`);
    }
  };
}
