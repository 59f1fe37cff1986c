/** How many columns a text takes on a terminal. */
export type WidthOf = (text: string) => number;

const ASCII = /^[\x20-\x7e]*$/;

/**
 * A way to measure texts. Nearly always all of them are ASCII, and what measures others is loaded only when some are
 * not: it costs as much as all the rest.
 */
export async function widthFunction(texts: Iterable<string>): Promise<WidthOf> {
  for (const text of texts) {
    if (ASCII.test(text)) continue;
    const { default: stringWidth } = await import('string-width');
    return measured => (ASCII.test(measured) ? measured.length : stringWidth(measured));
  }
  return text => text.length;
}
