// The rules that bind a store to the version that it was begun on.
import type { Guard } from './guard.ts';

const BINDING = 'kernel/guest/binding';
const checks = ['a store is used on what it was begun on, on ext4'];

export const BINDING_GUARDS: readonly Guard[] = [
  {
    rule: 'a store is used on nothing but what it was begun on',
    from: 'if (former !== undefined && !force && !fits(former, place))',
    to: 'if (former !== undefined && !force && !fits(former, place) && base.path === "")',
    program: BINDING,
    checks,
    executable: true,
  },
  {
    rule: '--force takes a store for what it is given as',
    from: 'if (former !== undefined && !force && !fits(former, place))',
    to: 'if (former !== undefined && !fits(former, place))',
    program: BINDING,
    checks,
    executable: true,
  },
  {
    rule: 'a store that keeps nothing has no past',
    from: '!keeps || label === undefined || label.on.length === 0 || below === undefined || isSame(label.on, below)',
    to: 'label === undefined || label.on.length === 0 || below === undefined || isSame(label.on, below) || keeps === null',
    program: BINDING,
    checks,
  },
  {
    rule: 'a layer that was written to by itself gives another version',
    from: '(!place.keeps || label.at === undefined || label.at === place.changed)',
    to: '(place.keeps || !place.keeps)',
    program: BINDING,
    checks,
  },
  {
    rule: 'a base that was changed since is another version',
    from: 'if (label !== undefined && label.open === undefined && label.size === size && label.modified === changed)',
    to: 'if (label !== undefined && label.open === undefined)',
    program: BINDING,
    checks,
  },
  {
    rule: 'a run makes another version of its base',
    from: 'const becomes =\n    opens && !written && version !== undefined && !isOfStorage(base.device) ? newVersion() : undefined;',
    to: 'const becomes =\n    opens && !written && version !== undefined && !isOfStorage(base.device) ? (version.is?.[0] ?? newVersion()) : undefined;',
    program: BINDING,
    checks,
  },
  {
    rule: 'the cow of an image that is gone is put aside',
    from: 'if (isOther && canBePutAside(base, layer)) return new StaleCow(cow);',
    to: 'if (isOther && canBePutAside(base, layer) && base.path === "") return new StaleCow(cow);',
    program: BINDING,
    checks,
  },
  {
    rule: 'the stores that are there when a run begins keep what it overwrites, and fit on what it makes',
    from: 'forLiveStores(base.key, store => joinRun(store, version, becomes));',
    to: 'if (base.path === "") forLiveStores(base.key, store => joinRun(store, version, becomes));',
    program: BINDING,
    checks,
  },
  {
    rule: 'an undo is merged into no image but its own',
    from: '      !isSame(label.on, below)\n    )\n      throw new Refusal(\n        `revision',
    to: '      !isSame(label.on, below) && path === ""\n    )\n      throw new Refusal(\n        `revision',
    program: BINDING,
    checks,
  },
  {
    rule: 'a revert that was left half-way goes on with no other image',
    from: 'if (isBegunOn(base, first, merging)) return;',
    to: 'if (isBegunOn(base, first, merging) || base.path !== "") return;',
    program: BINDING,
    checks,
  },
  {
    rule: 'a label lies beside its file where the filesystem keeps no attributes',
    from: '    writeBeside(besidePath(file, kind), text);\n  } catch (error) {',
    to: '  } catch (error) {',
    program: BINDING,
    checks: ['a store is used on what it was begun on, on FAT'],
  },
];
