/** Two programs that did the same: milliseconds. */
export interface Race {
  step: string;
  ours: number;
  other: string;
  theirs: number;
}

const RACE = /^ {2}(\S.*?) {2,}([\d.]+) ms {3}(\S+) +([\d.]+) ms {3} *[\d.]+ times faster$/;

/** The races in what `make bench` prints. */
export function racesIn(output: string): Race[] {
  return output.split('\n').flatMap(line => {
    const [, step = '', ours = '', other = '', theirs = ''] = RACE.exec(line) ?? [];
    return step === '' ? [] : [{ step, ours: Number(ours), other, theirs: Number(theirs) }];
  });
}

const WIDTH = 720;
const NAMES = 230;
const BARS = WIDTH - NAMES - 90;
const BAR = 16;
const GAP = 18;
const COLOURS = { ours: '#2b6cb0', theirs: '#a0aec0' };

/** A bar for each of both in every race, one scale for all of them. */
export function figuresSvg(output: string): string {
  const races = racesIn(output);
  const longest = Math.max(...races.flatMap(({ ours, theirs }) => [ours, theirs]));
  const height = races.length * (2 * BAR + GAP) + 40;
  const bar = (y: number, milliseconds: number, colour: string) =>
    `<rect x="${NAMES}" y="${y}" width="${((milliseconds / longest) * BARS).toFixed(1)}" height="${BAR - 2}" fill="${colour}"/>` +
    `<text x="${(NAMES + (milliseconds / longest) * BARS + 6).toFixed(1)}" y="${y + 12}">${Math.round(milliseconds)} ms</text>`;
  const rows = races.map(({ step, ours, theirs }, index) => {
    const y = 36 + index * (2 * BAR + GAP);
    return (
      `<text x="${NAMES - 10}" y="${y + BAR + 3}" text-anchor="end">${escaped(step)}</text>` +
      bar(y, ours, COLOURS.ours) +
      bar(y + BAR, theirs, COLOURS.theirs)
    );
  });
  const key = (x: number, colour: string, text: string) =>
    `<rect x="${x}" y="10" width="12" height="12" fill="${colour}"/><text x="${x + 18}" y="20">${escaped(text)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13" fill="#1a202c">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    key(NAMES, COLOURS.ours, 'block-snapshot'),
    key(NAMES + 140, COLOURS.theirs, races[0]?.other ?? ''),
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
