import { host } from '../../src/host/host.ts';
import { addon } from '../../src/native/addon.ts';
import { readBytes } from '../../src/native/read-bytes.ts';
import { type Task, taskOutcome } from '../jinja/task.ts';
import { outcomeOf } from './outcome.ts';

// What is run on the renderer's engine, in a program like the real one: the last parameter is a file with a task in JSON on
// each line. For each a line is written, with what became of it.

const descriptor = addon().openFile(host.parameters.at(-1) ?? '', addon().openFlags.readOnly, 0);
const text = host.textOf(readBytes(descriptor, 2 ** 30) ?? new Uint8Array());
addon().writeAnswer(1, `${JSON.stringify({ runtime: host.runtime })}\n`);
for (const line of text.trim().split('\n'))
  addon().writeAnswer(1, `${JSON.stringify(outcomeOf(() => taskOutcome(JSON.parse(line) as Task)))}\n`);
