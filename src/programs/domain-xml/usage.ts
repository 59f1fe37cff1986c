/** How a command is called, in one line: there are too many options for all of them. */
export function usageOf(command: string): string {
  return `domain-xml ${command} NAME [OPTION...]`;
}
