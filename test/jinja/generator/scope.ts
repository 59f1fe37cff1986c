import type { Random } from './random.ts';

export type Kind = 'int' | 'float' | 'str' | 'bool' | 'list' | 'dict' | 'tuple' | 'any';

export const KINDS: readonly Kind[] = ['int', 'float', 'str', 'bool', 'list', 'dict', 'tuple'];

/** What an expression may refer to where it stands. */
export interface Scope {
  random: Random;
  /** Names that the template itself has set, besides the variables. */
  names: string[];
  /** Macros that may be called. */
  macros: string[];
  inLoop: boolean;
  /** Makes what stands inside: collections, filters and methods are made of expressions, and expressions of them. */
  expression: (scope: Scope, kind: Kind, depth: number) => string;
}

/** An operand, in parentheses now and then. */
export function operand(scope: Scope, kind: Kind, depth: number): string {
  const code = scope.expression(scope, kind, depth - 1);
  return scope.random.chance(0.4) ? `(${code})` : code;
}
