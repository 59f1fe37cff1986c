/** An answer for programs, as text: every field is there, null where nothing is known. */
export function jsonAnswer(answer: object): string {
  return `${JSON.stringify(answer, (_field, value: unknown) => value ?? null, 2)}\n`;
}
