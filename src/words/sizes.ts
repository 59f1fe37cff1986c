const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A number of bytes for people: `512 B`, `4.0 MiB`, `120 GiB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit > 0 && value < 100 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** How much of a whole: `0 %` only where there is nothing, `100 %` only where all is full. */
export function percentText(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  if (part < whole * 0.01) return '<1 %';
  return `${part >= whole ? 100 : Math.min(99, Math.round((part / whole) * 100))} %`;
}
