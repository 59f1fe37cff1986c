/**
 * An object of the host program that templates use like a Python object. Override what it supports:
 * `attribute` (`x.name`, undefined where there is none), `item` with `hasItems` (`x[key]`), `iterate` with
 * `isIterable`, `length`, `contains` (`in`), `truthy`, `equals`, `isMapping`, `call` with `isCallable`, `str` and
 * `repr`. A template sees nothing else of it.
 */
export abstract class HostObject extends PythonObject {}

/**
 * A function or method for templates. `run` gets its arguments in the order of `parameters`, whether they were
 * given by position or by name; a parameter is a name, or a name and its default:
 * `hostFunction('get_assigned_devices', [['required_only', false]], required => …)`.
 */
export function hostFunction(
  name: string,
  parameters: readonly Parameter[],
  run: (...args: Value[]) => Value,
): HostFunction {
  return new HostFunction(name, parameters, run);
}

/** A function that takes any number of positional arguments after its parameters, as `bug(message, *args)`. */
export function variadicHostFunction(
  name: string,
  parameters: readonly Parameter[],
  run: (...args: Value[]) => Value,
): HostFunction {
  return new HostFunction(name, parameters, run, true);
}

import { HostFunction, type Parameter } from './runtime/functions.ts';
import { type KeywordArguments, PythonObject, type Value } from './runtime/values.ts';

export type { KeywordArguments, Parameter, Value };
