const SEPARATOR = 0x1e;

/** A text of UTF-8, as the program reads one. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** The first byte, by which a target chooses, and the rest. */
export function choice(data: Uint8Array): [chosen: number, rest: Uint8Array] {
  return [data[0] ?? 0, data.subarray(1)];
}

/** A target of several readers of a text, of which the first byte of an input chooses one. */
export function oneOf(readers: readonly ((text: string) => void)[]): (data: Uint8Array) => void {
  return data => {
    const [chosen, rest] = choice(data);
    readers[chosen % readers.length]?.(textOf(rest));
  };
}

/** An input that is several: with ASCII's record separator between them. */
export function piecesOf(data: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let end = data.indexOf(SEPARATOR); end >= 0; end = data.indexOf(SEPARATOR, start)) {
    pieces.push(data.subarray(start, end));
    start = end + 1;
  }
  return [...pieces, data.subarray(start)];
}
