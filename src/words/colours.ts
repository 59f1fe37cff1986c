import picocolors from 'picocolors';

export type Colours = ReturnType<typeof picocolors.createColors>;

/**
 * Colours, or functions that leave a text as it is. They are for terminals alone, and for nobody who has set NO_COLOR
 * to anything (no-color.org) or whose terminal is dumb.
 */
export function coloursFor(terminal: boolean, environment: NodeJS.ProcessEnv): Colours {
  const wanted = terminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  return picocolors.createColors(wanted);
}
