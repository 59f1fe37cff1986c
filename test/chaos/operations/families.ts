// New templates made of others, what they have in common, and templates of the other kind.
import { folderOf, imageOf } from '../model/files.ts';
import { addTemplate, type Host, type Kind, nextNumber, templateNamed, vmsOn } from '../model/host.ts';
import { anyOf, type Plan, planOf } from './plan.ts';
import { inUse, leadsTo } from './versions.ts';
import { chosen } from './vms.ts';
import { block } from './ways.ts';

/** More templates than these a host does not get. */
export const MOST_TEMPLATES = 5;

/** A new template with the bytes of another's newest version, as a clone or a copy. */
export function derive(host: Host, picks: { template: number; copy: boolean }): Plan | undefined {
  const template = chosen(host.templates, picks.template);
  if (template === undefined || host.templates.length >= MOST_TEMPLATES) return undefined;
  const name = `d${nextNumber(host)}`;
  const isOfClones = template.kind === 'reflink';
  const refused = anyOf(
    !isOfClones && template.run !== undefined && /is running \(/,
    !isOfClones && template.written && /has a run that is not committed/,
    !picks.copy && !host.clones && /does not clone files/,
  );
  const folder = `${host.folder}/${name}`;
  const call = block('derive', folderOf(host, template), folder, ...(picks.copy ? ['--copy'] : []));
  return planOf({
    call: () => call,
    refused,
    prints: refused === undefined ? /: derived from / : undefined,
    settle: after => {
      if (refused === undefined)
        addTemplate(after, name, templateNamed(after, template.name).published.blocks);
    },
    mend: { steps: ({ exists }) => (exists(`${folder}/root.img`) ? [] : [call]) },
  });
}

/** All templates share what they have in common. */
export function dedupe(host: Host): Plan | undefined {
  if (!host.clones || host.templates.length < 2) return undefined;
  // An image that a VM's clone shares is read by it; one of snapshots that has them is left out.
  const unused = host.templates.filter(one => one.kind === 'reflink' || inUse(host, one) === undefined);
  const refused = unused.length < 2 ? /templates is unused, and there have to be two/ : undefined;
  return planOf({
    call: () => block('dedupe', ...host.templates.map(template => folderOf(host, template))),
    refused,
    prints: refused === undefined ? /templates: / : undefined,
    says: /^block-snapshot: warning: left out: /,
    settle: () => {},
  });
}

/** A template becomes one of the other kind, or of the kind that it is. */
export function convert(
  host: Host,
  picks: { template: number; kind: Kind; sensible: boolean },
): Plan | undefined {
  const ready = host.templates.filter(
    one => !one.written && !one.dirty && vmsOn(host, one).length === 0 && !inUse(host, one),
  );
  const template = chosen(picks.sensible && ready.length > 0 ? ready : host.templates, picks.template);
  if (template?.kind === undefined) return undefined;
  const { kind } = picks;
  const isSame = kind === template.kind;
  const { revisions, published } = template;
  const refused = isSame
    ? undefined
    : anyOf(
        inUse(host, template),
        kind === 'reflink'
          ? anyOf(
              template.written && /has a run that is not committed/,
              !leadsTo(template, revisions.length) && /cannot be undone: /,
              !host.clones && /does not clone files/,
            )
          : anyOf(
              template.dirty && /is not committed/,
              // Of a former version they are in nobody's way.
              vmsOn(host, template).some(({ run }) => run?.version.number === published.number) &&
                /more names?, as the disks of VMs have/,
              revisions.some(({ version }) => version.blocks.length !== published.blocks.length) &&
                /has another size/,
            ),
      );
  return planOf({
    call: () => block('convert', imageOf(host, template), kind),
    refused,
    prints:
      refused === undefined
        ? isSame
          ? /: nothing to convert: |: nothing/
          : /: is a template of /
        : undefined,
    settle: after => {
      const own = templateNamed(after, template.name);
      if (isSame || refused !== undefined) return;
      own.kind = kind;
      own.present = own.published.blocks.slice();
      for (const [index, revision] of own.revisions.entries())
        revision.on = index === 0 ? own.published : (own.revisions[index - 1]?.version ?? own.published);
    },
    // Ended in the middle it is of one kind or the other: the same call goes on, or has nothing to do.
    mend: { steps: () => [block('convert', imageOf(host, template), kind)] },
  });
}
