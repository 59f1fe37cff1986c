import { raise } from '../errors.ts';
import { type Method, method } from './functions.ts';
import { repr } from './repr.ts';
import { PythonSet } from './set.ts';
import type { Value } from './values.ts';

export const SET_METHODS: ReadonlyMap<string, Method<PythonSet>> = new Map<string, Method<PythonSet>>([
  [
    'add',
    method(['element'], (set, item = null) => {
      if (!set.members.has(item)) set.members.set(item, null);
      return null;
    }),
  ],
  [
    'discard',
    method(['element'], (set, item = null) => {
      set.members.delete(item);
      return null;
    }),
  ],
  [
    'remove',
    method(['element'], (set, item = null) => {
      if (!set.members.delete(item)) raise('KeyError', repr(item));
      return null;
    }),
  ],
  ['copy', method([], set => PythonSet.of(set).union(new PythonSet()))],
  ['union', method(['other'], (set, other = null) => set.union(PythonSet.of(other)))],
  ['intersection', method(['other'], (set, other = null) => set.intersection(PythonSet.of(other)))],
  ['difference', method(['other'], (set, other = null) => set.difference(PythonSet.of(other)))],
  ['issubset', method(['other'], (set, other = null) => set.isSubset(PythonSet.of(other)))],
  ['issuperset', method(['other'], (set, other = null) => PythonSet.of(other).isSubset(set))],
  [
    'isdisjoint',
    method(['other'], (set, other: Value = null) => set.intersection(PythonSet.of(other)).length() === 0),
  ],
]);
