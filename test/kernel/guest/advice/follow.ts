import { DIST, run, UDEV } from '../programs.ts';

/** Follows an advice as a person does: copies the command out of what was printed, and runs it. */
export interface Followed {
  command: string;
  status: number | null;
  said: string;
}

/**
 * Finds the command that begins with these words in what was printed.
 * @throws Error where there is none: the message advises something else
 */
export function adviceIn(said: string, words: string): string {
  const start = said.lastIndexOf(words);
  if (start < 0) throw new Error(`${JSON.stringify(said)} does not advise ${words}`);
  return (
    said
      .slice(start)
      .split(/[,;()\n]| gives it up| goes on| waits for it| shows/)[0]
      ?.replace(/: .*$/, '')
      .trim() ?? ''
  );
}

/** Runs the command that a message advises; ours are found where they were built. */
export function follow(said: string, words: string): Followed {
  const command = adviceIn(said, words);
  // Where udev does not run, dmsetup has to be told so, as run() does.
  const surroundings = `PATH="${DIST}:$PATH"${UDEV || !command.startsWith('dmsetup') ? '' : ' DM_DISABLE_UDEV=1'}`;
  const { status, stdout, stderr } = run('bash', ['-c', `export ${surroundings}; ${command}`]);
  return { command, status, said: stdout + stderr };
}
