/** All that compiled templates call: they get this module as one object. */

export { raise } from '../errors.ts';
export {
  add,
  floorDivision,
  multiply,
  negate,
  plus,
  raiseToPower,
  remainder,
  subtract,
  trueDivide,
} from './arithmetic.ts';
export { spend } from './budget.ts';
export { compare, equals, isIn } from './equality.ts';
export { markupOf } from './escape.ts';
export { assignItem, requireNamespace } from './globals.ts';
export { getAttribute, getItem, undefinedName } from './items.ts';
export { each, generator, truthy, unpack } from './iteration.ts';
export { LoopContext } from './loop.ts';
export { Macro } from './macro.ts';
export {
  call,
  captured,
  filterNamed,
  findIncluded,
  importedName,
  importModule,
  include,
  joinMarkup,
  joinPlain,
  keywords,
  located,
  missingElse,
  missingParameter,
  print,
  requireBlock,
  spread,
  testNamed,
  textOnly,
} from './operations.ts';
export { superOf, TemplateReference } from './references.ts';
export { str } from './repr.ts';
export { Slice, slice } from './subscript.ts';
export { Dict, Float, Markup, Tuple } from './values.ts';
