import { Refusal } from '../../words/refusal.ts';

/** The error for a VM that has no template in any of the places. */
export function noTemplate(vmName: string, paths: readonly string[]): Refusal {
  return new Refusal(`VM ${vmName} has no template: there is none of ${paths.join(', ')}`);
}
