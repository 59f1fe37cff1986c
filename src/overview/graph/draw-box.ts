import stringWidth from 'string-width';
import type { Box } from './boxes.ts';
import type { Place } from './layout.ts';
import { PALETTE } from './palette.ts';
import { element, escapeXml, textLine, textWidth } from './svg.ts';

const INK = '#0f172a';
const FAINT = '#475569';
const PADDING = 10;
const TITLE_SIZE = 12.5;
const LINE_SIZE = 11;
const REMARK_SIZE = 10.5;

/** The pattern of a frame around what nobody uses. */
export const DASHES = '5 4';

/** A box with its texts; what is under the pointer shows all that is known. */
export function drawBox(box: Box & Place): string {
  const { x, y, width, height, role, title, lines, remark, fill, unused } = box;
  const colours = PALETTE[role];
  const remarkWidth = remark === '' ? 0 : textWidth(stringWidth(remark), REMARK_SIZE, true) + PADDING;
  const frame = element('rect', {
    x,
    y,
    width,
    height,
    rx: role === 'user' ? height / 2 : 6,
    fill: unused ? '#ffffff' : colours.fill,
    stroke: colours.stroke,
    'stroke-width': role === 'broken' ? 2.5 : 1.4,
    'stroke-dasharray': unused ? DASHES : undefined,
  });
  const inset = role === 'user' ? PADDING + 6 : PADDING;
  const room = width - 2 * inset;
  const texts = [
    textLine(title, {
      x: x + inset,
      y: y + 17,
      size: TITLE_SIZE,
      room: role === 'user' ? room - remarkWidth : room,
      fill: INK,
      bold: true,
    }),
    ...lines.map((line, index) =>
      textLine(line, {
        x: x + inset,
        y: y + 32 + 15 * index,
        size: LINE_SIZE,
        room: index === 0 && role !== 'user' ? room - remarkWidth : room,
        fill: FAINT,
      }),
    ),
  ];
  if (remark !== '')
    texts.push(
      textLine(remark, {
        x: x + width - inset,
        // A path needs its line for itself, a VM's name does not.
        y: y + (role === 'user' ? 17 : 32),
        size: REMARK_SIZE,
        room: remarkWidth,
        fill: colours.strong,
        bold: true,
        end: true,
      }),
    );
  return element(
    'g',
    {},
    [element('title', {}, escapeXml(box.details)), frame, ...bar(box, fill, colours.strong), ...texts].join(
      '',
    ),
  );
}

/** How full a store is, as a bar along the lower edge. */
function bar({ x, y, width, height }: Place, fill: number | undefined, colour: string): string[] {
  if (fill === undefined) return [];
  const whole = { x: x + PADDING, y: y + height - 8, width: width - 2 * PADDING, height: 4, rx: 2 };
  const part = { ...whole, width: Math.max(fill > 0 ? 2 : 0, whole.width * Math.min(1, fill)) };
  return [
    element('rect', { ...whole, fill: '#ffffff', stroke: colour, 'stroke-width': 0.5 }),
    element('rect', { ...part, fill: colour }),
  ];
}
