import picocolors from 'picocolors';

export type Colours = ReturnType<typeof picocolors.createColors>;

/**
 * Colours, or functions that leave a text as it is. They are for terminals alone, and for nobody who has set NO_COLOR
 * to anything (no-color.org) or whose terminal is dumb.
 */
export function coloursFor(terminal: boolean, environment: NodeJS.ProcessEnv): Colours {
  return picocolors.createColors(coloursWanted(terminal, environment));
}

/** Whether what goes to standard output is to have colours. */
export function coloursWanted(terminal: boolean, environment: NodeJS.ProcessEnv): boolean {
  return terminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}
