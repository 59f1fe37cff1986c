import type { OpenTemplate } from './open-templates.ts';
import type { KnownBlocks, Run } from './runs-in-common.ts';

/** What was found in images that are open. */
export interface Found {
  templates: readonly OpenTemplate[];
  /** Of each of them. */
  known: readonly KnownBlocks[];
  runs: readonly Run[];
}
