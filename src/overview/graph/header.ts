import { DASHES } from './draw-box.ts';
import { LEGEND, PALETTE } from './palette.ts';
import { element, textLine, textWidth } from './svg.ts';

/** Free space around the picture, in pixels. */
export const MARGIN = 24;

const INK = '#0f172a';

/**
 * The title and the legend.
 * @param width of what is below them, in pixels
 * @returns the height with what has to be free below
 */
export function drawHeader(inUse: boolean, width: number): { text: string; height: number } {
  const parts = [
    textLine(inUse ? 'Templates, and what lies on them' : 'No template is in use', {
      x: MARGIN,
      y: MARGIN + 14,
      size: 18,
      room: width,
      fill: INK,
      bold: true,
    }),
  ];
  let x = MARGIN;
  let y = MARGIN + 32;
  for (const { role, text, unused } of LEGEND) {
    const room = textWidth(text.length, 11.5);
    if (x + 24 + room > MARGIN + width) {
      x = MARGIN;
      y += 22;
    }
    const { fill, stroke } = PALETTE[role];
    parts.push(
      element('rect', {
        x,
        y,
        width: 18,
        height: 13,
        rx: role === 'user' ? 6.5 : 3,
        fill: unused ? '#ffffff' : fill,
        stroke,
        'stroke-width': 1.4,
        'stroke-dasharray': unused ? DASHES : undefined,
      }),
      textLine(text, { x: x + 24, y: y + 11, size: 11.5, room: room + 1, fill: INK }),
    );
    x += 24 + room + 14;
  }
  return { text: parts.join('\n'), height: y + 30 - MARGIN };
}
