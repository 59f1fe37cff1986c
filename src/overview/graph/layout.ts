import { graphlib, layout } from '@dagrejs/dagre';
import type { Box, Boxes } from './boxes.ts';

/** Pixels, at the size at which the picture is made. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Placed {
  boxes: (Box & Place)[];
  /** From the right side of one box to the left side of another. */
  edges: { from: Place; to: Place }[];
  width: number;
  height: number;
}

const LAYER_WIDTH = 300;
const USER_WIDTH = 200;

/** Enough for a title and two lines, or for a title and one. */
const LAYER_HEIGHT = 62;
const USER_HEIGHT = 40;

/** Gives every box its place, from the left (the image) to the right (who uses it). */
export function place({ boxes, edges }: Boxes): Placed {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 12, ranksep: 44, edgesep: 8, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const box of boxes) graph.setNode(box.id, sizeOf(box));
  for (const { from, to } of edges) graph.setEdge(from, to);
  // The order in which they were added is that of list: a tree needs no other to be free of crossings.
  layout(graph, { disableOptimalOrderHeuristic: true });
  const places = new Map(boxes.map(box => [box.id, placeOf(graph.node(box.id))]));
  const all = [...places.values()];
  return {
    boxes: boxes.flatMap(box => {
      const found = places.get(box.id);
      return found === undefined ? [] : { ...box, ...found };
    }),
    edges: edges.flatMap(edge => {
      const [from, to] = [places.get(edge.from), places.get(edge.to)];
      return from === undefined || to === undefined ? [] : { from, to };
    }),
    width: Math.max(0, ...all.map(({ x, width }) => x + width)),
    height: Math.max(0, ...all.map(({ y, height }) => y + height)),
  };
}

function sizeOf({ role }: Box): { width: number; height: number } {
  return role === 'user'
    ? { width: USER_WIDTH, height: USER_HEIGHT }
    : { width: LAYER_WIDTH, height: LAYER_HEIGHT };
}

/** dagre gives the middle of a box. */
function placeOf(node: Place): Place {
  const { x, y, width, height } = node;
  return { x: x - width / 2, y: y - height / 2, width, height };
}
