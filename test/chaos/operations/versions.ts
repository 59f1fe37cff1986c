// Going back, and giving blocks of zeros back.
import { imageOf } from '../model/files.ts';
import { type Host, hasLayers, type Template, templateNamed } from '../model/host.ts';
import { anyOf, type Plan, planOf } from './plan.ts';
import { chosen } from './vms.ts';
import { block } from './ways.ts';

const RUNS = /is running \(|runs, on /;
const IN_USE = /is in use: |has a snapshot that nobody has open, /;

/** Why a template is not stopped and unused; undefined where it is. */
export function inUse(host: Host, template: Template): RegExp | undefined {
  return anyOf(
    template.run !== undefined && RUNS,
    template.kind !== 'reflink' && hasLayers(host, template) && IN_USE,
  );
}

/** Whether each undo fits what those before it make of the image. */
export function leadsTo({ published, revisions }: Template, count: number): boolean {
  return revisions
    .slice(0, count)
    .every(
      ({ on }, index) => on.number === (index === 0 ? published : revisions[index - 1]?.version)?.number,
    );
}

/** A template goes back behind some of its runs. */
export function revert(
  host: Host,
  picks: { template: number; revision: number; sensible: boolean },
): Plan | undefined {
  const ready = host.templates.filter(one => one.revisions.length > 0 && !one.written && !inUse(host, one));
  const template = chosen(picks.sensible && ready.length > 0 ? ready : host.templates, picks.template);
  if (template === undefined) return undefined;
  const { revisions, kind, written, dirty } = template;
  // Beside others the same is meant, whatever they do.
  const count = 1 + (picks.sensible ? picks.revision % (revisions.length + 1) : picks.revision);
  const refused = anyOf(
    inUse(host, template),
    revisions.length < count && /has no revision |has \d+ revisions?, and none of number /,
    (kind === 'reflink' ? dirty : written) && /is not committed/,
    kind !== 'reflink' && !leadsTo(template, count) && /cannot be undone: /,
  );
  const image = imageOf(host, template);
  const call = block('revert', image, '--revision', String(count), '--yes');
  return planOf({
    call: () => call,
    refused,
    prints: refused === undefined ? /runs? undone/ : undefined,
    settle: after => {
      if (refused === undefined) reverted(templateNamed(after, template.name), count);
    },
    // Half-way back it goes on; where it has come to its end there is another number of revisions than before.
    mend: {
      steps: looked => {
        if (looked.isHalfWay(image)) return [block('revert', image, '--yes')];
        const { blocks = template.present } = revisions[count - 1]?.version ?? {};
        return looked.holds(image, blocks) &&
          looked.revisions(image) !== (kind === 'reflink' ? -1 : revisions.length)
          ? []
          : [call];
      },
    },
  });
}

function reverted(template: Template, count: number): void {
  const target = template.revisions[count - 1];
  if (target === undefined) return;
  const { version } = target;
  if (template.kind === 'reflink') {
    const rest = template.revisions.filter(revision => revision !== target);
    template.revisions = [{ version: template.published, on: version }, ...rest];
  } else template.revisions.splice(0, count);
  template.published = version;
  template.present = version.blocks.slice();
}

/** Blocks of zeros are given back; no byte changes. */
export function trim(host: Host, picks: { template: number; sensible: boolean }): Plan | undefined {
  const ready = host.templates.filter(one => inUse(host, one) === undefined);
  const template = chosen(picks.sensible && ready.length > 0 ? ready : host.templates, picks.template);
  if (template === undefined) return undefined;
  const refused = template.kind === 'reflink' ? undefined : inUse(host, template);
  return planOf({
    call: () => block('trim', imageOf(host, template)),
    refused,
    prints: refused === undefined ? /given back|needs no trim/ : undefined,
    settle: () => {},
  });
}
