/**
 * A paragraph in lines of at most so many columns; a word that is longer has a line of its own.
 * @param indent what each line begins with
 * @param first what the first line begins with instead
 */
export function fill(text: string, width: number, indent = '', first = indent): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/).filter(part => part !== '')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}
