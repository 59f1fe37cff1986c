import { DomainXmlError } from '../error.ts';

/** The error for a VM that has no template in any of the places. */
export function noTemplate(vmName: string, paths: readonly string[]): DomainXmlError {
  return new DomainXmlError(`VM ${vmName} has no template: there is none of ${paths.join(', ')}`);
}
