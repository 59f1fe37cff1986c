import { raise } from '../errors.ts';
import { spendItems, spendText } from './budget.ts';
import { numberOf } from './equality.ts';
import { markupOf } from './escape.ts';
import { addBig, divide, floorDivide, modulo, type Numeric, power, wrapNumeric } from './numbers.ts';
import { pythonPercent } from './percent-format.ts';
import { PythonSet } from './set.ts';
import { indexOf, integerOf, textOf, typeName } from './types.ts';
import { Undefined } from './undefined.ts';
import { Float, Markup, Tuple, type Value } from './values.ts';

/** Python's `left + right`. */
export function add(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    return Number.isSafeInteger(sum) ? sum : addBig(left, right);
  }
  if (typeof left === 'string' && typeof right === 'string') {
    spendText(left.length + right.length);
    return left + right;
  }
  return addOthers(left, right);
}

function addOthers(left: Value, right: Value): Value {
  const numbers = bothNumbers(left, right);
  if (numbers !== null) {
    const [a, b] = numbers;
    if (a instanceof Float || b instanceof Float) return new Float(floatOf(a) + floatOf(b));
    return addBig(a, b);
  }
  failOnUndefined(left, right);
  if (Array.isArray(left) && Array.isArray(right)) {
    spendItems(left.length + right.length);
    return left.concat(right);
  }
  if (left instanceof Tuple && right instanceof Tuple) return new Tuple([...left.items, ...right.items]);
  const text = textOf(left);
  const other = textOf(right);
  if (text !== undefined && other !== undefined) {
    spendText(text.length + other.length);
    return new Markup(markupOf(left) + markupOf(right));
  }
  if (text !== undefined && !(left instanceof Markup)) {
    return raise('TypeError', `can only concatenate str (not "${typeName(right)}") to str`);
  }
  if (Array.isArray(left) || left instanceof Tuple) {
    const kind = typeName(left);
    return raise('TypeError', `can only concatenate ${kind} (not "${typeName(right)}") to ${kind}`);
  }
  return unsupported('+', left, right);
}

/** Python's `left - right`. */
export function subtract(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right;
    return Number.isSafeInteger(difference) ? difference : wrapNumeric(BigInt(left) - BigInt(right));
  }
  const numbers = bothNumbers(left, right);
  if (numbers !== null) {
    const [a, b] = numbers;
    if (a instanceof Float || b instanceof Float) return new Float(floatOf(a) - floatOf(b));
    return wrapNumeric(BigInt(a) - BigInt(b));
  }
  failOnUndefined(left, right);
  const sets = PythonSet.both(left, right);
  if (sets !== null) return sets[0].difference(sets[1]);
  return unsupported('-', left, right);
}

/** Python's `left * right`: also repeats strings, lists and tuples. */
export function multiply(left: Value, right: Value): Value {
  const numbers = bothNumbers(left, right);
  if (numbers !== null) {
    const [a, b] = numbers;
    if (a instanceof Float || b instanceof Float) return new Float(floatOf(a) * floatOf(b));
    if (typeof a === 'number' && typeof b === 'number') {
      const product = a * b;
      if (Number.isSafeInteger(product)) return product + 0;
    }
    return wrapNumeric(BigInt(a) * BigInt(b));
  }
  failOnUndefined(left, right);
  if (isSequence(left)) {
    if (left instanceof Markup && integerOf(right) === undefined) return unsupported('*', left, right);
    return repeat(left, indexOf(right, `can't multiply sequence by non-int of type '${typeName(right)}'`));
  }
  if (isSequence(right)) {
    return repeat(right, indexOf(left, `can't multiply sequence by non-int of type '${typeName(left)}'`));
  }
  return unsupported('*', left, right);
}

type Sequence = string | Markup | Tuple | Value[];

function isSequence(value: Value): value is Sequence {
  return (
    typeof value === 'string' || value instanceof Markup || value instanceof Tuple || Array.isArray(value)
  );
}

function repeat(sequence: Sequence, count: number): Value {
  const times = Math.max(0, count);
  if (typeof sequence === 'string') {
    spendText(sequence.length * times);
    return sequence.repeat(times);
  }
  if (sequence instanceof Markup) {
    spendText(sequence.value.length * times);
    return new Markup(sequence.value.repeat(times));
  }
  const items = Array.isArray(sequence) ? sequence : sequence.items;
  spendItems(items.length * times);
  const repeated = new Array<readonly Value[]>(items.length === 0 ? 0 : times).fill(items).flat() as Value[];
  return Array.isArray(sequence) ? repeated : new Tuple(repeated);
}

/** Python's `left / right`: always a float. */
export function trueDivide(left: Value, right: Value): Value {
  const numbers = bothNumbers(left, right);
  if (numbers !== null) return divide(...numbers);
  failOnUndefined(left, right);
  return unsupported('/', left, right);
}

/** Python's `left // right`: rounds down. */
export function floorDivision(left: Value, right: Value): Value {
  const numbers = bothNumbers(left, right);
  if (numbers !== null) return floorDivide(...numbers);
  failOnUndefined(left, right);
  return unsupported('//', left, right);
}

/** Python's `left % right`: the remainder has the divisor's sign; on a string it formats. */
export function remainder(left: Value, right: Value): Value {
  const text = textOf(left);
  if (text !== undefined) {
    const formatted = pythonPercent(text, right, left instanceof Markup);
    return left instanceof Markup ? new Markup(formatted) : formatted;
  }
  const numbers = bothNumbers(left, right);
  if (numbers !== null) return modulo(...numbers);
  failOnUndefined(left, right);
  return unsupported('%', left, right);
}

/** Python's `left ** right`. */
export function raiseToPower(left: Value, right: Value): Value {
  const numbers = bothNumbers(left, right);
  if (numbers !== null) return power(...numbers);
  failOnUndefined(left, right);
  return unsupported('** or pow()', left, right);
}

/** Python's `-value`. */
export function negate(value: Value): Value {
  if (value instanceof Float) return new Float(-value.value);
  const integer = integerOf(value);
  if (integer !== undefined) return typeof integer === 'number' ? 0 - integer : -integer;
  if (value instanceof Undefined) return value.fail();
  return raise('TypeError', `bad operand type for unary -: '${typeName(value)}'`);
}

/** Python's `+value`. */
export function plus(value: Value): Value {
  if (value instanceof Float) return value;
  const integer = integerOf(value);
  if (integer !== undefined) return integer;
  if (value instanceof Undefined) return value.fail();
  return raise('TypeError', `bad operand type for unary +: '${typeName(value)}'`);
}

/** Python's `abs(value)`. */
export function absolute(value: Value): Value {
  if (value instanceof Float) return new Float(Math.abs(value.value));
  const integer = integerOf(value);
  if (integer !== undefined) return integer < 0 ? negate(integer) : integer;
  return raise('TypeError', `bad operand type for abs(): '${typeName(value)}'`);
}

function bothNumbers(left: Value, right: Value): [Numeric, Numeric] | null {
  if (numberOf(left) === undefined || numberOf(right) === undefined) return null;
  return [numeric(left), numeric(right)];
}

function numeric(value: Value): Numeric {
  return value instanceof Float ? value : (integerOf(value) ?? 0);
}

function floatOf(value: Numeric): number {
  if (value instanceof Float) return value.value;
  const number = Number(value);
  return Number.isFinite(number) ? number : raise('OverflowError', 'int too large to convert to float');
}

function failOnUndefined(left: Value, right: Value): void {
  if (left instanceof Undefined) left.fail();
  if (right instanceof Undefined) right.fail();
}

function unsupported(operator: string, left: Value, right: Value): never {
  return raise(
    'TypeError',
    `unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`,
  );
}
