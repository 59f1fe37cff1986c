import type { Fault } from '../faults/fault.ts';
import type { Host } from '../model/host.ts';
import type { Plan } from '../operations/plan.ts';
import type { Filesystem } from '../real/filesystem.ts';
import { Story } from '../real/stage.ts';

/** What has been done in all stories, by its name. */
export class Counts {
  operations = 0;
  readonly done = new Map<string, number>();

  add(name: string, { refused }: Plan, fault: Fault | undefined): void {
    this.operations += 1;
    for (const key of [
      refused === undefined ? name : `${name}, refused`,
      ...(fault === undefined ? [] : [`with ${fault.kind}`]),
    ])
      this.done.set(key, (this.done.get(key) ?? 0) + 1);
  }
}

/** Where a story happens. */
export class Scene {
  readonly host: Host;
  readonly filesystem: Filesystem;
  readonly counts: Counts;
  readonly story = new Story();

  constructor(host: Host, filesystem: Filesystem, counts: Counts) {
    this.host = host;
    this.filesystem = filesystem;
    this.counts = counts;
  }
}
