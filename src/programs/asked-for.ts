/** What every call may ask for instead of what it names. */
export type Question = '--help' | '--version';

/** Which of the two a call asks for, wherever among its parameters; what follows `--` is no option. */
export function askedFor(parameters: readonly string[]): Question | undefined {
  for (const parameter of parameters) {
    if (parameter === '--') return undefined;
    if (parameter === '--help' || parameter === '-h') return '--help';
    if (parameter === '--version') return parameter;
  }
  return undefined;
}

/** The option that every command has besides: each step is shown. */
export function isVerbose(parameter: string): boolean {
  return parameter === '-v' || parameter === '--verbose';
}
