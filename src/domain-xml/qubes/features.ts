import type { FeatureValues, RelatedVm } from './vm-data.ts';

/** A VM as far as features are looked up from it. */
type Featured = Pick<RelatedVm, 'features' | 'template' | 'netvm'>;

/** A feature of the VM, or of its template, or of that one's; undefined where none has it. */
export function featureWithTemplate(vm: Featured, feature: string): string | undefined {
  return vm.features.get(feature) ?? (vm.template ? featureWithTemplate(vm.template, feature) : undefined);
}

/** Likewise along the net qubes. */
export function featureWithNetvm(vm: Featured, feature: string): string | undefined {
  return vm.features.get(feature) ?? (vm.netvm ? featureWithNetvm(vm.netvm, feature) : undefined);
}

/** All that are set on the VM, its template and that one's. */
export function featureNames(vm: Featured): string[] {
  return [...vm.features.keys(), ...(vm.template ? featureNames(vm.template) : [])];
}

/** As an object for the description: sorted by name, so that the order in which a source lists them does not show. */
export function featuresObject(features: FeatureValues): Record<string, string> {
  return Object.fromEntries(
    [...features].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)),
  );
}
