import { integerLiteral } from './literals.ts';
import { type Kind, operand, type Scope } from './scope.ts';
import { slice } from './text-methods.ts';
import { KEYS } from './variables.ts';

/** A list. */
export function list(scope: Scope, depth: number): string {
  const { random } = scope;
  const sub = (of: Kind): string => operand(scope, of, depth);
  switch (random.below(16)) {
    case 0:
    case 1:
      return `[${random.times(random.below(4), () => sub('any')).join(', ')}]`;
    case 2:
      return `${sub('list')} + ${sub('list')}`;
    case 3:
      return `(${sub('list')})[${random.pick(['1:', ':2', '::-1', ':', '-2:'])}]`;
    case 4:
      return `(${sub(random.pick(['str', 'tuple', 'dict', 'list']))})|list`;
    case 5:
      return `(${sub('list')})|sort${random.pick(['', '(reverse=true)', '(case_sensitive=true)'])}`;
    case 6:
      return `(${sub('list')})|${random.pick(['reverse', 'unique'])}|list`;
    case 7:
      return `(${sub('list')})|map('${random.pick(['string', 'upper', 'length', 'int', 'e', 'abs', 'trim'])}')|list`;
    case 8:
      return `(${sub('list')})|${random.pick(['select', 'reject'])}(${random.pick(['', "'odd'", "'string'", "'number'", "'gt', 1", "'in', [1, 'a']"])})|list`;
    case 9:
      return `objects|${random.pick(['selectattr', 'rejectattr'])}(${random.pick(["'rw'", "'name', 'equalto', 'root'", "'index', '>', 0", "'domain', 'none'"])})|map(attribute='${random.pick(['name', 'path', 'zz'])}'${random.chance(0.3) ? ", default='-'" : ''})|list`;
    case 10:
      return `(${sub('list')})|${random.pick(['batch', 'slice'])}(${1 + random.below(3)}${random.chance(0.4) ? ", 'x'" : ''})|list`;
    case 11:
      return `range(${random.pick(['3', '1, 4', '5, 0, -2', 'i', '0'])})${random.chance(0.4) ? `[${slice(random)}]` : ''}${random.chance(0.7) ? '|list' : ''}`;
    case 12:
      return `(${sub('str')}).split(${random.pick(['', "','", "' '"])})`;
    case 13:
      return `(${sub('dict')})${random.pick(['.keys()', '.values()', '.items()', '|items', '|dictsort'])}|list`;
    case 14:
      return `objects|${random.pick(["groupby('name')", "sort(attribute='name')", "sort(attribute='index,name')"])}|map('${random.pick(['first', 'string'])}')|list`;
    default:
      return `${sub('list')} * ${random.below(3)}`;
  }
}

/** A dict. */
export function dict(scope: Scope, depth: number): string {
  const { random } = scope;
  const sub = (of: Kind): string => operand(scope, of, depth);
  if (random.chance(0.3)) return `dict(${random.pick(['', 'e, ', 'd, '])}a=${sub('any')})`;
  const pairs = random.times(random.below(4), () => {
    const key = random.chance(0.7)
      ? `'${random.pick(KEYS)}'`
      : random.pick([integerLiteral(random), sub('any')]);
    return `${key}: ${sub('any')}`;
  });
  return `{${pairs.join(', ')}${random.chance(0.1) && pairs.length > 0 ? ',' : ''}}`;
}

/** A tuple. */
export function tuple(scope: Scope, depth: number): string {
  const { random } = scope;
  const items = random.times(random.below(4), () => operand(scope, 'any', depth));
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
}
