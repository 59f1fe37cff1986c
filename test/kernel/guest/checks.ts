import t, { type Test } from 'tap';
import { makeTemplate, removeTemplate, type Template } from './images.ts';
import { leftovers, takeAllDown } from './state.ts';

// The whole suite has its limit outside (boot.sh): starting programs in there is slow, and no test is at fault for it.
t.setTimeout(0);

/**
 * A test on the kernel: it gets a template of its own, and has to leave no device, no loop device, no node and no lock.
 * @param name what holds, as a sentence
 */
export function check(name: string, body: (test: Test, template: Template) => void): void {
  t.test(name, test => {
    const template = makeTemplate();
    try {
      body(test, template);
      test.same(leftovers(), [], 'nothing is left');
    } finally {
      takeAllDown();
      removeTemplate(template);
    }
    test.end();
  });
}

/** The same for a test that waits for something. */
export function checkLasting(name: string, body: (test: Test, template: Template) => Promise<void>): void {
  t.test(name, async test => {
    const template = makeTemplate();
    try {
      await body(test, template);
      test.same(leftovers(), [], 'nothing is left');
    } finally {
      takeAllDown();
      removeTemplate(template);
    }
  });
}
