import type { Expression, Node } from '../syntax/nodes.ts';
import { JinjaParser } from '../syntax/statement-parser.ts';
import { blocksIn, descendants } from '../syntax/walk.ts';

/** A place in a template where another one is named. */
export interface TemplateReference {
  kind: 'extends' | 'include' | 'import';
  /** The names, in the order in which they are tried; empty if only the rendering can tell. */
  names: string[];
  line: number;
  /** Whether it may be missing. */
  ignoreMissing: boolean;
}

/**
 * What a template extends, includes and imports, in the order of the source.
 * @throws TemplateSyntaxError
 */
export function findReferences(source: string): TemplateReference[] {
  const found: TemplateReference[] = [];
  for (const node of descendants(new JinjaParser(source).parseAsRoot())) {
    const kind = kindOf(node);
    if (kind === undefined || !('template' in node)) continue;
    const ignoreMissing = node.typename === 'Include' && node.ignoreMissing;
    found.push({ kind, names: staticNames(node.template), line: node.lineno, ignoreMissing });
  }
  return found;
}

/** A block of a template. */
export interface TemplateBlock {
  name: string;
  line: number;
  /** Whether it stands inside another block of the same template. */
  nested: boolean;
}

/** What a template has of blocks, and what it asks of `self`. */
export interface TemplateBlocks {
  blocks: TemplateBlock[];
  /** Blocks that it prints by `self.name()`. */
  called: string[];
}

/**
 * The blocks of a template, in the order of the source.
 * @throws TemplateSyntaxError
 */
export function findBlocks(source: string): TemplateBlocks {
  const tree = new JinjaParser(source).parseAsRoot();
  const all = blocksIn(tree);
  const nested = new Set(all.flatMap(block => blocksIn(block)));
  const blocks = all.map(block => ({ name: block.name, line: block.lineno, nested: nested.has(block) }));
  const called = descendants(tree).flatMap(node =>
    node.typename === 'Getattr' && node.node.typename === 'Name' && node.node.name === 'self'
      ? [node.attr]
      : [],
  );
  return { blocks, called };
}

function kindOf(node: Node): TemplateReference['kind'] | undefined {
  switch (node.typename) {
    case 'Extends':
      return 'extends';
    case 'Include':
      return 'include';
    case 'Import':
    case 'FromImport':
      return 'import';
    default:
      return undefined;
  }
}

function staticNames(template: Expression): string[] {
  if (template.typename === 'Const') return typeof template.value === 'string' ? [template.value] : [];
  if (template.typename !== 'List' && template.typename !== 'Tuple') return [];
  return template.items.flatMap(staticNames);
}
