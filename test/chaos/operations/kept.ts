// Disks that VMs keep: made of a template once, and from then on with versions of their own, as a template of clones has them.
import { mkdirSync } from 'node:fs';
import { folderOf, imageOf } from '../model/files.ts';
import { addTemplate, type Host, nextNumber, type Template, templateNamed, type Way } from '../model/host.ts';
import { MOST_TEMPLATES } from './families.ts';
import { deed, type Plan } from './plan.ts';
import { chosen } from './vms.ts';
import { nodeBy, startBy, wayFor } from './ways.ts';

export interface KeptPicks {
  /** What it is made of. */
  source: number;
  /** Of those that are there; another one is made where there is none. */
  own: number;
  way: Way;
}

/** A disk that is kept is attached. */
export function startKept(host: Host, picks: KeptPicks): Plan | undefined {
  const source = chosen(
    host.templates.filter(({ kind }) => kind === 'reflink'),
    picks.source,
  );
  if (source === undefined) return undefined;
  const idle = host.templates.filter(
    one => one.kind === 'reflink' && one.run === undefined && one !== source,
  );
  const own = chosen(idle, picks.own);
  if (own === undefined && host.templates.length >= MOST_TEMPLATES) return undefined;
  const name = own?.name ?? `k${nextNumber(host)}`;
  const place: Pick<Template, 'name'> = { name };
  const domain = nextNumber(host);
  const images = `${imageOf(host, source)}:${imageOf(host, place)}:keep`;
  const wanted = { type: 'reflink', images, domain } as const;
  const way = wayFor(picks.way, wanted.type);
  const folder = folderOf(host, place);
  const means = startBy(way, wanted);
  return {
    ...means,
    before: [
      deed(`mkdir -p ${folder}`, () => mkdirSync(folder, { recursive: true })),
      ...(means.before ?? []),
    ],
    settle: (after, stdout) => {
      const kept =
        after.templates.find(one => one.name === name) ??
        addTemplate(after, name, templateNamed(after, source.name).published.blocks);
      kept.kind = 'reflink';
      kept.dirty = true;
      kept.run = { way, domain, type: wanted.type, node: nodeBy(way, wanted, stdout) };
    },
  };
}
