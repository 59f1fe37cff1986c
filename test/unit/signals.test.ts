import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { PROJECT } from './executable.ts';

const ADDON = join(PROJECT, 'dist/block-snapshot.node');

/**
 * Runs statements in a process of its own, with the addon in `addon` and signals sent by `send`. Without any
 * variable: tap puts one into the surroundings of every child that has Node load a handler of signals.
 */
function run(statements: string) {
  const prelude =
    `const m={exports:{}}; process.dlopen(m, ${JSON.stringify(ADDON)}); const addon=m.exports;` +
    "const send=s=>process.kill(process.pid,s); const say=s=>require('fs').writeSync(1,s);";
  const { signal, status, stdout } = spawnSync('env', ['-i', process.execPath, '-e', prelude + statements], {
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  return { signal, status, stdout };
}

/** Those that end a program by default and can be held; Node itself handles INT, TERM, USR1 and PIPE. */
const ENDING = ['SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGIO', 'SIGPWR'];

t.test('a signal that is held takes effect when they are released', async t => {
  for (const signal of ENDING) {
    const outcome = run(
      `addon.holdSignals(); send('${signal}'); say('held '); addon.releaseSignals(); say('after');`,
    );
    t.same(outcome, { signal, status: null, stdout: 'held ' }, signal);
  }
});

/** They say that a program is broken, and a runtime may handle them to say so: others can send them all the same. */
const FAULTS = ['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGSYS', 'SIGABRT'];

t.test('a fault that somebody sends is held as well, and one that is real ends the program', async t => {
  for (const signal of FAULTS) {
    const outcome = run(
      `addon.holdSignals(); send('${signal}'); say('held '); addon.releaseSignals(); say('after');`,
    );
    t.same(outcome, { signal, status: null, stdout: 'held ' }, signal);
  }
  t.same(run("addon.holdSignals(); say('held '); process.abort(); say('after');"), {
    signal: 'SIGABRT',
    status: null,
    stdout: 'held ',
  });
});

t.test(
  'what does not come while signals are held ends nothing, and they work as ever afterwards',
  async t => {
    const quiet = run("addon.holdSignals(); addon.releaseSignals(); say('done');");
    t.same(quiet, { signal: null, status: 0, stdout: 'done' });
    const later = run("addon.holdSignals(); addon.releaseSignals(); say('done'); send('SIGHUP'); for(;;);");
    t.same(later, { signal: 'SIGHUP', status: null, stdout: 'done' });
  },
);

t.test('holding and releasing twice is as once', async t => {
  const held = run(
    "addon.holdSignals(); send('SIGHUP'); addon.holdSignals(); say('held '); addon.releaseSignals(); say('after');",
  );
  t.same(held, { signal: 'SIGHUP', status: null, stdout: 'held ' });
  t.same(run("addon.releaseSignals(); say('done');"), { signal: null, status: 0, stdout: 'done' });
});
