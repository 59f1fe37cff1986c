// Templates start and stop.
import { imageOf, runOf } from '../model/files.ts';
import {
  addLayer,
  dropLayers,
  type Host,
  type Kind,
  newVersion,
  nextNumber,
  type Template,
  templateNamed,
  type Way,
} from '../model/host.ts';
import { anyOf, type Mending, type Plan, planOf } from './plan.ts';
import { chosen } from './vms.ts';
import { block, type DeviceType, nameOf, nodeBy, startBy, stopBy, wayFor } from './ways.ts';

const typeOf = (kind: Kind): DeviceType => (kind === 'reflink' ? 'reflink-origin' : 'origin');

export interface RunPicks {
  template: number;
  way: Way;
  /** What it becomes where nothing says of which kind it is. */
  kind: Kind;
}

/** A template starts; what starts first decides of which kind it is. */
export function startTemplate(host: Host, picks: RunPicks): Plan | undefined {
  const template = chosen(host.templates, picks.template);
  if (template === undefined || template.run !== undefined) return undefined;
  const kind = template.kind ?? (host.clones ? picks.kind : 'snapshot');
  const domain = nextNumber(host);
  const wanted = { type: typeOf(kind), images: runOf(host, template, kind), domain };
  const way = template.kind === undefined && picks.way === 'qubesd' ? 'hand' : wayFor(picks.way, wanted.type);
  const means = startBy(way, wanted);
  let isCommitted = false;
  return planOf({
    ...means,
    mend: committingFirst(means.mend, host, template, () => {
      isCommitted = true;
    }),
    starts: template.name,
    settle: (after, stdout) => {
      const own = templateNamed(after, template.name);
      if (isCommitted) committed(after, own);
      own.kind ??= kind;
      own.run = { way, domain, type: wanted.type, node: nodeBy(way, wanted, stdout) };
      if (kind === 'snapshot') addLayer(after, own, nameOf('snapshot', wanted.images));
      else own.dirty = true;
    },
  });
}

/** What takes down a start that was ended may commit what an earlier run had left: it is made sure of, and heard of. */
function committingFirst(
  mend: Mending | undefined,
  host: Host,
  template: Template,
  hear: () => void,
): Mending | undefined {
  const { steps } = mend ?? {};
  const mayCommit = host.settings.commitOnStop && (template.written || template.dirty);
  if (steps === undefined || !mayCommit) return mend;
  return {
    ...mend,
    steps: looked => {
      hear();
      const [takeDown, ...others] = steps(looked);
      return [...(takeDown ? [takeDown] : []), block('commit', imageOf(host, template)), ...others];
    },
  };
}

/** A template stops; its run is committed where its VM was attached, unless the configuration says otherwise. */
export function stopTemplate(host: Host, picks: { template: number; sensible: boolean }): Plan | undefined {
  const template = chosen(
    picks.sensible ? host.templates.filter(({ run }) => run !== undefined) : host.templates,
    picks.template,
  );
  if (template?.run === undefined) return undefined;
  const { run } = template;
  const commits = host.settings.commitOnStop && (run.way === 'xen' || run.way === 'libvirt');
  const means = stopBy(run);
  return {
    ...means,
    // Whether it was committed before the power failed nobody has been told.
    mend: {
      ...means.mend,
      stepsAfterBoot: () => (commits ? [block('commit', imageOf(host, template))] : []),
    },
    settle: after => {
      const own = templateNamed(after, template.name);
      own.run = undefined;
      dropLayers(after, own);
      if (commits) committed(after, own);
    },
  };
}

/** What is true when a run has been committed. */
export function committed(host: Host, template: Template): void {
  const { kind, written, published } = template;
  if (kind === 'reflink') template.dirty = false;
  if (written) {
    const next = newVersion(host, template.present);
    template.revisions.unshift({ version: published, on: next });
    template.revisions.splice(host.settings.revisions);
    template.published = next;
  }
  template.written = false;
  if (kind === 'reflink') template.present = template.published.blocks.slice();
}

/** A person ends a run. */
export function commit(host: Host, picks: { template: number }): Plan | undefined {
  const template = chosen(host.templates, picks.template);
  if (template === undefined) return undefined;
  const refused = anyOf(template.run !== undefined && /is running \(|runs, on /);
  return planOf({
    call: () => block('commit', imageOf(host, template)),
    refused,
    prints: refused === undefined ? (template.written ? /: committed/ : /: nothing to commit: /) : undefined,
    settle: after => {
      if (refused === undefined) committed(after, templateNamed(after, template.name));
    },
  });
}
