export const LIST_USAGE = 'block-snapshot list [--json]';
export const GRAPH_USAGE = 'block-snapshot graph [-o FILE.svg]';
