import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_DATA } from './project.ts';

/** What qubesd's own code answers about the family (test/core-admin/record.ts): the properties of each VM. */
export const ANSWERS = join(TEST_DATA, 'family-answers.json');

/** As admin.vm.property.GetAll has them, by VM: `default=True type=int 400`. */
export function recordedAnswers(): Record<string, Record<string, string>> {
  return JSON.parse(readFileSync(ANSWERS, 'utf8'));
}
