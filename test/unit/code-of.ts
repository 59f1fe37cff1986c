const COMMENT_OR_TEXT = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g;

/** A module without its comments and texts; what is computed inside a text, and what is imported, stays. */
export function codeOf(source: string): string {
  return source.replace(COMMENT_OR_TEXT, piece => {
    if (piece.startsWith('`')) return (piece.match(/\$\{[^}]*\}/g) ?? []).join(' ');
    return piece.startsWith("'node:") ? piece : '';
  });
}
