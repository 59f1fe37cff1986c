import stringWidth from 'string-width';

/** The columns that a text takes on a terminal. Nearly all that is shown is ASCII, for which it is cheap. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}
