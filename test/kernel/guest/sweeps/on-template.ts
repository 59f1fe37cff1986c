import type { Test } from 'tap';
import { deleteBackends } from '../hotplug/disks.ts';
import { makeTemplate, removeTemplate, repeatRandom, type Template } from '../images.ts';
import { leftovers, takeAllDown } from '../state.ts';
import type { FailingCommand } from './failing-commands.ts';

/** Bytes of a template's image: little, for each run makes one. */
const SIZE = 1 << 20;

/**
 * Runs something on a template of its own, made of the same bytes each time, and takes all down. What is thrown makes the test
 * fail.
 * @param folder where it is made; without it a new one
 */
export async function onTemplate(
  test: Test,
  name: string,
  action: (template: Template) => Promise<void>,
  folder?: string,
): Promise<void> {
  repeatRandom();
  const template = makeTemplate(SIZE, folder);
  try {
    await action(template);
  } catch (error) {
    test.fail(`${name}: ${(error as Error).message}`);
  } finally {
    takeAllDown();
    deleteBackends();
    removeTemplate(template);
  }
}

/** Worlds that commands left behind and what the next command makes of them was tried in. */
export type KnownWorlds = Set<string>;

/**
 * Has the next command run in the world that one left behind, where that is a new one.
 * @param done whether that one said that it has done its work
 * @returns whether it was a new one
 */
export async function goOn(
  test: Test,
  name: string,
  command: FailingCommand,
  template: Template,
  done: boolean,
  known: KnownWorlds,
  world: string,
): Promise<boolean> {
  if (known.has(world)) return false;
  known.add(world);
  await command.after(test, name, template, done);
  test.same(leftovers(), [], `${name}: nothing is left`);
  return true;
}
