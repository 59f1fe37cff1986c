// A template that is stopped is updated: it starts, changes something, stops, and is committed. By single steps that seldom comes about.
import type { AsyncCommand } from 'fast-check';
import type { Host, Kind, Way } from '../model/host.ts';
import type { Plan } from '../operations/plan.ts';
import { commit, startTemplate, stopTemplate } from '../operations/runs.ts';
import { chosen } from '../operations/vms.ts';
import { write } from '../operations/writes.ts';
import { type Manner, type Model, perform } from './operation.ts';
import type { Scene } from './scene.ts';

export interface UpdatePicks {
  template: number;
  way: Way;
  kind: Kind;
  place: number;
  blocks: number;
}

export class Update implements AsyncCommand<Model, Scene> {
  readonly #picks: UpdatePicks;
  readonly #manner: Manner;

  constructor(picks: UpdatePicks, manner: Manner) {
    this.#picks = picks;
    this.#manner = manner;
  }

  check(): boolean {
    return true;
  }

  async run({ host }: Model, scene: Scene): Promise<void> {
    const { template, way, kind, place, blocks } = this.#picks;
    const one = chosen(
      host.templates.filter(({ run }) => run === undefined),
      template,
    );
    if (one === undefined) return;
    const { name } = one;
    const placeIn = (all: Host['templates']) => all.findIndex(other => other.name === name);
    const running = () => host.templates.filter(({ run }) => run !== undefined);
    const steps: [string, () => Plan | undefined][] = [
      ['start template', () => startTemplate(host, { template: placeIn(host.templates), way, kind })],
      ['write', () => write(host, { disk: placeIn(running()), place, blocks, zeros: false })],
      ['stop template', () => stopTemplate(host, { template: placeIn(running()), sensible: true })],
      ['commit', () => commit(host, { template: placeIn(host.templates) })],
    ];
    for (const [what, planned] of steps) {
      // A power cut stops what runs: there the update ends.
      const isOver = what !== 'start template' && what !== 'commit' && placeIn(running()) < 0;
      const plan = isOver ? undefined : planned();
      if (plan !== undefined) await perform(what, plan, this.#manner, host, scene);
    }
  }

  toString(): string {
    return `update ${JSON.stringify(this.#picks)} ${JSON.stringify(this.#manner)}`;
  }
}
