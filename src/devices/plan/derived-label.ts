/** What a template knows of the one that it was derived from. Nothing depends on it: it is for people. */
export interface DerivedLabel {
  /** The path of that one's image, as it was then. */
  from: string;
  /** When, in milliseconds since 1970. */
  made: number;
}

/** The attribute of the image that it is kept in, and what the file beside is called where a filesystem keeps none. */
export const DERIVED_LABEL = 'trusted.block-snapshot.derived';
export const DERIVED_BESIDE = '.derived-label';

/** The length of the path comes first: a label that is cut short is none. */
const LABEL = /^1 made=(\d{1,15}) from=(\d{1,4}):(\/[^\0\n]*)$/;

export function printDerivedLabel({ from, made }: DerivedLabel): string {
  return `1 made=${made} from=${from.length}:${from}`;
}

/** Undefined for what is none. */
export function parseDerivedLabel(text: string): DerivedLabel | undefined {
  const [, made = '', length, from = ''] = LABEL.exec(text.replace(/\n$/, '')) ?? [];
  return from.length === Number(length) ? { from, made: Number(made) } : undefined;
}
