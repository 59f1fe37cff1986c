// Looking at what there is, which changes nothing, and has to agree with the model.
import { cowOf, imageOf, volatileOf } from '../model/files.ts';
import type { Host } from '../model/host.ts';
import { type Plan, planOf } from './plan.ts';
import { chosen } from './vms.ts';
import { block } from './ways.ts';

export type Look = 'list' | 'list --json' | 'graph' | 'doctor' | 'revisions';

/** The lists, and doctor, whose findings are its own affair: it has to come to its end, and change nothing. */
export function look(host: Host, picks: { what: Look; template: number }): Plan | undefined {
  const template = chosen(host.templates, picks.template);
  if (template === undefined) return undefined;
  switch (picks.what) {
    case 'list':
      return planOf({ call: () => block('list'), prints: /./, settle: () => {} });
    case 'graph':
      return planOf({
        call: () => block('graph', '-o', `${host.folder}/graph.svg`),
        says: /./,
        settle: () => {},
      });
    case 'doctor':
      return planOf({
        call: () => block('doctor', '--json'),
        prints: /^\{/,
        mayFind: true,
        settle: () => {},
      });
    case 'revisions':
      return planOf({
        call: () => block('revisions', imageOf(host, template), '--json'),
        prints: /^\{/,
        settle: (after, stdout) => {
          const { revisions } = JSON.parse(stdout) as { revisions: { state: string }[] };
          const states = revisions.map(({ state }) => state);
          requireSame(
            'revisions',
            states,
            after.templates.find(({ name }) => name === template.name)?.revisions.map(() => 'valid'),
          );
        },
      });
    case 'list --json':
      return planOf({ call: () => block('list', '--json'), prints: /^\{/, settle: requireListed });
  }
  throw new Error(`no look ${picks.what}`);
}

interface ListedLayer {
  node: string;
  outdated: boolean | null;
  suspended: boolean;
  cow: { path: string; place: string };
  layers: ListedLayer[];
}

interface Listed {
  templates: {
    image: { path: string };
    origin: { node: string; suspended: boolean } | null;
    versions: ListedLayer[];
  }[];
  clones: { node: string; image: string; outdated: boolean | null }[];
  loopDevices: { file: { path: string } }[];
  staleRecords: unknown[];
  lost: unknown[];
}

/** What the list shows is what the model has. */
function requireListed(host: Host, stdout: string): void {
  const { templates, clones, staleRecords, lost } = JSON.parse(stdout) as Listed;
  requireSame(
    'templates',
    templates.filter(({ origin, versions }) => origin !== null || versions.length > 0).map(templateLine),
    host.templates.flatMap(template => {
      const layers = host.layers.filter(layer => layer.template === template.name);
      const isRunning = template.kind !== 'reflink' && template.run !== undefined;
      if (layers.length === 0 && !isRunning) return [];
      const versions = layers.map(layer => {
        const vms = host.vms.filter(
          ({ run }) =>
            run?.template === template.name &&
            run.version.number === layer.version &&
            run.kind === 'snapshot',
        );
        const isOutdated = layer.version !== template.published.number;
        const above = vms.map(vm => `${vm.run?.node} on ${vm.removed ? '?' : volatileOf(host, vm)}`);
        return `/dev/mapper/${layer.name}${isOutdated ? ' outdated' : ` on ${cowOf(host, template)}`}: ${above.sort().join(', ')}`;
      });
      return [
        `${imageOf(host, template)} ${isRunning ? template.run?.node : 'stopped'}; ${versions.sort().join('; ')}`,
      ];
    }),
  );
  requireSame(
    'clones',
    clones.map(({ node, outdated }) => `${node}${outdated === true ? ' outdated' : ''}`),
    [
      ...host.templates.flatMap(({ kind, run }) =>
        kind === 'reflink' && run !== undefined ? [run.node] : [],
      ),
      ...host.vms.flatMap(({ run }) => {
        if (run?.kind !== 'reflink') return [];
        const template = host.templates.find(({ name }) => name === run.template);
        // Of which template it is a clone is recorded of a VM's disk alone.
        const isNewest = run.way === 'hand' || template?.published.number === run.version.number;
        return [`${run.node}${isNewest ? '' : ' outdated'}`];
      }),
    ],
  );
  requireSame('stale records and lost stores', [...staleRecords, ...lost], []);
}

function templateLine({ image, origin, versions }: Listed['templates'][number]): string {
  if (origin?.suspended === true) throw new Error(`${origin.node} is suspended`);
  const lines = versions.map(({ node, outdated, cow, layers, suspended }) => {
    if (suspended) throw new Error(`${node} is suspended`);
    const above = layers.map(
      layer => `${layer.node} on ${layer.cow.place === 'present' ? layer.cow.path : '?'}`,
    );
    return `${node}${outdated === true ? ' outdated' : ` on ${cow.path}`}: ${above.sort().join(', ')}`;
  });
  return `${image.path} ${origin === null ? 'stopped' : origin.node}; ${lines.sort().join('; ')}`;
}

function requireSame(what: string, found: readonly unknown[], wanted: readonly unknown[] = []): void {
  const [one, other] = [found, wanted].map(all => JSON.stringify([...all].sort(), undefined, 1));
  if (one !== other) throw new Error(`${what}: shown is ${one}, and there should be ${other}`);
}
