/** For messages: what would break a line, or a terminal, or turn the direction of writing, is shown as an escape. */
export function printable(text: string): string {
  return oneLine(text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text);
}

/** The same, however long it is. */
export function oneLine(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
