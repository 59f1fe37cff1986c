import type { Facts } from '../overview/facts.ts';
import type { Overview } from '../overview/overview.ts';
import type { Kind } from './kinds.ts';
import type { Private, Said } from './said.ts';

/** A program and what it is given, a word each. */
export type Command = readonly (string | Private)[];

/** Something that is not as it should be. What that means, and how a person mends it, its kind says. */
export interface Finding {
  kind: Kind;
  /** What was found, and where. */
  found: Said;
  /** The commands that mend it, one after the other; none where it takes a person. */
  mend: readonly Command[];
  /** Whether they can lose nothing, whatever else goes on: these need nobody's yes. */
  safe: boolean;
}

/** What the findings are made of that follow from what list sees. */
export interface Seen {
  facts: Facts;
  overview: Overview;
}

/** What finds findings of some kinds. @throws Refusal or SystemError where it cannot look */
export interface Check {
  /** What it looks at, as words that fit before "could not be looked at". */
  about: string;
  look: () => readonly Finding[] | Promise<readonly Finding[]>;
}

/** A finding that no command mends. */
export function foundOnly(kind: Kind, found: Said): Finding {
  return { kind, found, mend: [], safe: false };
}
