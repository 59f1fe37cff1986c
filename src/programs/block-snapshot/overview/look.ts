import { overviewOf } from '../../../overview/build/overview-of.ts';
import type { Overview } from '../../../overview/overview.ts';
import { survey } from '../../../overview/survey.ts';
import { warn } from '../../../words/complaint.ts';

/**
 * What there is now. What could not be found out is a warning on standard error.
 * @throws Refusal when the kernel cannot be asked
 */
export function look(): Overview {
  return overviewOf(survey(warn));
}
