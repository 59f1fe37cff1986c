// A VM's description in JSON, and JSON itself.
import '../made-up-host.ts';
import { JsonProblem, parseJson } from '../../../src/domain-xml/description/json.ts';
import {
  checkDeviceDescription,
  checkVmDescription,
} from '../../../src/domain-xml/description/vm-description.ts';
import { must, readOrRefused } from '../oracle.ts';
import { textOf } from '../pieces.ts';

export function fuzz(data: Uint8Array): void {
  const text = textOf(data);
  const document = readOrRefused(() => ({ value: parseJson(text) }), JsonProblem);
  must((document !== undefined) === isJson(text), 'JSON is what JSON.parse takes for it');
  if (document === undefined) return;
  const { value } = document;
  const vm = readOrRefused(() => checkVmDescription(value));
  if (vm !== undefined) must(typeof vm.name === 'string', 'a VM has a name');
  for (const part of ['net', 'pci', 'block', '']) readOrRefused(() => checkDeviceDescription(value, part));
}

/** Nothing that an input has room for is nested or counted beyond what is taken. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
