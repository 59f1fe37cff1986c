/** What stands for what was left out. */
const ELLIPSIS = '…';

/**
 * Shortens a text in its middle: the beginning of a path says where, its end says what. The end is given
 * three quarters, for many paths begin the same.
 * @param widthOf how wide a text is, in the unit of `width`
 */
export function shortenMiddle(text: string, width: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(ELLIPSIS);
  const letters = [...text];
  const take = (from: readonly string[], limit: number): string[] => {
    const taken: string[] = [];
    let used = 0;
    for (const letter of from) {
      used += widthOf(letter);
      if (used > limit) break;
      taken.push(letter);
    }
    return taken;
  };
  const end = take([...letters].reverse(), Math.ceil(room * 0.75))
    .reverse()
    .join('');
  const start = take(letters, room - widthOf(end)).join('');
  return `${start}${ELLIPSIS}${end}`;
}
