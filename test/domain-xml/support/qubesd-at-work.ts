import { join } from 'node:path';
import t, { type Test } from 'tap';
import { lvmVolumes, type Model, type ModelVm, modelWith } from './qubes-model.ts';
import { type Answer, type Misbehaviour, Qubesd } from './qubesd.ts';
import { folderWith, run } from './run.ts';

/** Where the sockets are. */
export const folder = folderWith(t, {});
let number = 0;

export const TEMPLATE: ModelVm = {
  name: 'fedora-40',
  klass: 'TemplateVM',
  qid: 1,
  features: { os: 'Linux' },
};
export const WORK: ModelVm = {
  name: 'work',
  klass: 'AppVM',
  qid: 7,
  stored: { template: 'fedora-40', netvm: '', kernel: '' },
  features: { timezone: '60' },
  volumes: lvmVolumes('work', 'fedora-40'),
};

/** A stand-in of its own that knows these two, and misbehaves like that. */
export async function daemonWith(
  t: Test,
  misbehave: Misbehaviour,
  model: Model = modelWith([TEMPLATE, WORK]),
): Promise<Qubesd> {
  number += 1;
  return Qubesd.start(t, join(folder, `${number}.sock`), model, misbehave);
}

/** The error line of a dump when one call on work is answered like that. */
export async function complaint(t: Test, method: string, answer: Answer): Promise<string> {
  const { socket } = await daemonWith(t, request =>
    request.method === method && request.destination === 'work' ? answer : undefined,
  );
  const { code, out, errors } = await run('dump', 'work', '--qubesd', socket);
  t.equal(code, 1);
  t.equal(out, '');
  t.equal(errors.length, 1);
  return errors[0] ?? '';
}

/** A reply to the byte. */
export const bytes = (...parts: (string | number[])[]): Answer => ({
  bytes: Buffer.concat(parts.map(part => Buffer.from(part as string))),
});

export const GET_ALL = 'admin.vm.property.GetAll';
