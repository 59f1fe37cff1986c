import { betweenOperations } from './operation-lock.ts';
import type { Template } from './template-files.ts';
import { withTemplateLock } from './template-lock.ts';

/**
 * Looks at a template under its lock, when no operation on it is under way.
 * @throws Refusal when one goes on for longer than is waited for, and what the look throws
 */
export function whenFree<Result>(template: Template, look: () => Result): Promise<Result> {
  return betweenOperations(template.image, () => withTemplateLock(template, look));
}
