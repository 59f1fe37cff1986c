import type { Random } from './random.ts';
import { type Kind, operand, type Scope } from './scope.ts';

/** What stands between the brackets of a slice or an index. */
export function slice(random: Random): string {
  return random.pick(['0', '-1', '1:', ':2', ':-1', '::-1', '::2', '1:3', '-3:', '5:1', ':', '1:-1:2']);
}

/** A call of one of the str methods. */
export function method(scope: Scope, depth: number): string {
  const { random } = scope;
  const sub = (of: Kind): string => operand(scope, of, depth);
  const self = random.chance(0.25) ? `(${sub('str')}|safe)` : `(${sub('str')})`;
  switch (random.below(13)) {
    case 0:
      return `${self}.${random.pick(['upper', 'lower', 'title', 'capitalize', 'swapcase', 'strip', 'lstrip', 'rstrip'])}()`;
    case 1:
      return `${self}.${random.pick(['strip', 'lstrip', 'rstrip'])}(${sub('str')})`;
    case 2:
      return `${self}.replace(${sub('str')}, ${sub('str')}${random.chance(0.3) ? ', 1' : ''})`;
    case 3:
      return `${self}.${random.pick(['zfill', 'ljust', 'rjust', 'center'])}(${random.below(10)})`;
    case 4:
      return `${self}.${random.pick(['ljust', 'rjust', 'center'])}(${random.below(10)}, '${random.pick(['-', '<', '.'])}')`;
    case 5:
      return `${self}.${random.pick(['partition', 'rpartition'])}(${sub('str')})[${random.pick(['0', '1', '2'])}]`;
    case 6:
      return `${self}.split(${random.pick(['', "','", "':'", "' '", 'none, 1'])})|join('|')`;
    case 7:
      return `${self}.rsplit(${random.pick(['', "','", "':', 1", 'none, 1'])})|join('|')`;
    case 8:
      return `${self}.splitlines()|join('|')`;
    case 9:
      return `${self}.join(${sub('list')})`;
    case 10:
      return `${self}.${random.pick(['removeprefix', 'removesuffix'])}(${sub('str')})`;
    case 11:
      return `(${sub('str')}|safe).${random.pick(['unescape', 'striptags', 'casefold'])}()`;
    default:
      return `${self}.expandtabs(${random.pick(['', '4'])})`;
  }
}
