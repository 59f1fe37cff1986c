import { requireImage } from '../../../devices/kernel/images.ts';
import type { TemplateFiles } from '../../../templates/template-files.ts';
import { sweepGone } from '../../../xen/hotplug/sweep.ts';

/** Takes down what VMs that xenstore no longer knows have left on a template, as far as nobody has it open. */
export function forgetGone({ image }: TemplateFiles): void {
  sweepGone(requireImage(image).key);
}
