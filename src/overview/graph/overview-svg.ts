import { oneLine } from '../../words/printable.ts';
import { sizeText } from '../../words/sizes.ts';
import type { Overview } from '../overview.ts';
import { groupBy } from '../references.ts';
import { imageText } from '../text/names.ts';
import { type Box, boxesOf } from './boxes.ts';
import { boxesOfClones } from './clone-boxes.ts';
import { drawBox } from './draw-box.ts';
import { drawHeader, MARGIN } from './header.ts';
import { type Place, type Placed, place } from './layout.ts';
import { element, escapeXml, FONTS, textLine, textWidth } from './svg.ts';

const PANEL_PADDING = 16;
const PANEL_TITLE = 34;
const PANEL_GAP = 18;
const NARROWEST = 900;
const INK = '#0f172a';
const FAINT = '#475569';

interface Panel {
  title: string;
  note: string;
  drawing: Placed;
}

/** The overview as an SVG picture: a panel for each template, and one for what is left over. */
export function overviewSvg(overview: Overview): string {
  const panels = [...overview.templates.map(panelOf), ...clonePanels(overview), ...leftovers(overview)];
  const inner = Math.max(NARROWEST, ...panels.map(({ drawing }) => drawing.width + 2 * PANEL_PADDING));
  const width = inner + 2 * MARGIN;
  const head = drawHeader(overview.templates.length + overview.clones.length > 0, inner);
  let top = MARGIN + head.height;
  const drawn = panels.map(panel => {
    const part = drawPanel(panel, top, inner);
    top += panelHeight(panel) + PANEL_GAP;
    return part;
  });
  const height = top - PANEL_GAP + MARGIN;
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      'font-family': FONTS,
    },
    ['', element('rect', { width, height, fill: '#ffffff' }), head.text, ...drawn, ''].join('\n'),
  )}\n`;
}

function panelOf(template: Overview['templates'][number]): Panel {
  const { base, size, origin, versions } = template;
  const outdated = versions.filter(version => version.outdated).length;
  const note = [
    size === undefined ? '' : sizeText(size),
    origin === undefined ? '' : 'the template runs',
    counted(versions.length, 'version'),
    outdated === 0 ? '' : `${outdated} outdated`,
  ];
  return {
    title: imageText(base),
    note: note.filter(part => part !== '').join(' · '),
    drawing: place(boxesOf(template)),
  };
}

/** A panel for each image of which there are clones; those of which no record says what they are clones of are their own. */
function clonePanels({ clones }: Overview): Panel[] {
  return [...groupBy(clones, ({ source, image }) => source ?? image)].map(([source, own]) => ({
    title: oneLine(source),
    note: counted(own.length, 'disk'),
    drawing: place(boxesOfClones(source, own)),
  }));
}

/** Loop devices that carry nothing, and records of devices that are gone. */
function leftovers({ loops, staleRecords }: Overview): Panel[] {
  const boxes: Box[] = [
    ...loops
      .filter(({ unused }) => unused)
      .map(({ node, file }) => leftover(node, imageText(file), 'carries nothing')),
    ...staleRecords.map(({ record, device }) => leftover(record, device, 'its device is gone')),
  ];
  if (boxes.length === 0) return [];
  return [{ title: 'Left over', note: 'nothing uses these', drawing: place({ boxes, edges: [] }) }];
}

function leftover(title: string, line: string, about: string): Box {
  return {
    id: title,
    role: 'image',
    title,
    lines: [line, about],
    remark: '',
    details: [title, line, about].join('\n'),
    fill: undefined,
    unused: true,
  };
}

function drawPanel({ title, note, drawing }: Panel, top: number, width: number): string {
  const noteWidth = textWidth(note.length, 11.5);
  const frame = element('rect', {
    x: MARGIN,
    y: top,
    width,
    height: panelHeight({ title, note, drawing }),
    rx: 10,
    fill: '#fbfcfe',
    stroke: '#d5dce6',
  });
  const texts = [
    element('title', {}, escapeXml(title)),
    frame,
    textLine(title, {
      x: MARGIN + PANEL_PADDING,
      y: top + 24,
      size: 14,
      room: width - 3 * PANEL_PADDING - noteWidth,
      fill: INK,
      bold: true,
    }),
    textLine(note, {
      x: MARGIN + width - PANEL_PADDING,
      y: top + 24,
      size: 11.5,
      room: noteWidth + 1,
      fill: FAINT,
      end: true,
    }),
  ];
  const inside = element(
    'g',
    { transform: `translate(${MARGIN + PANEL_PADDING} ${Math.round(top + PANEL_TITLE)})` },
    ['', ...drawing.edges.map(({ from, to }) => drawEdge(from, to)), ...drawing.boxes.map(drawBox), ''].join(
      '\n',
    ),
  );
  return element('g', {}, ['', ...texts, inside, ''].join('\n'));
}

function panelHeight({ drawing }: Panel): number {
  return PANEL_TITLE + drawing.height + PANEL_PADDING;
}

function drawEdge(from: Place, to: Place): string {
  const [startX, startY] = [from.x + from.width, from.y + from.height / 2];
  const [endX, endY] = [to.x, to.y + to.height / 2];
  const middle = (startX + endX) / 2;
  const points = [startX, startY, middle, startY, middle, endY, endX, endY].map(value => Math.round(value));
  const [a, b, ...rest] = points;
  return element('path', {
    d: `M${a} ${b}C${rest.join(' ')}`,
    fill: 'none',
    stroke: '#94a3b8',
    'stroke-width': 1.4,
  });
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
