// The named entities that templates of XML and plain HTML use; others stay as they are.
const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    apos: "'",
    trade: '™',
    hellip: '…',
    ndash: '–',
    mdash: '—',
    lsquo: '‘',
    rsquo: '’',
    ldquo: '“',
    rdquo: '”',
    bull: '•',
    euro: '€',
  }),
);

// Those of HTML 3.2, which may end without a semicolon: the characters from U+00A0 to U+00FF in their order, and XML's own.
const LATIN =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para ' +
  'middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute ' +
  'Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute ' +
  'THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ' +
  'ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
const NAMED_WITHOUT_END: ReadonlyMap<string, string> = new Map([
  ...LATIN.split(' ').map((name, index) => [name, String.fromCharCode(0xa0 + index)] as const),
  ...Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', AMP: '&', LT: '<', GT: '>', QUOT: '"' }),
  ...Object.entries({ COPY: '©', REG: '®' }),
]);

// What those who write &#128; mean: the characters of Windows from 0x80 to 0x9f.
const WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const ENTITY = /&(?:#(\d+);?|#[xX]([\da-fA-F]+);?|([^\t\n\f <&#;]{1,32})(;?))/g;

/** Python's `html.unescape`, for the numeric entities and the named ones above. */
export function unescapeEntities(text: string): string {
  return text.replace(ENTITY, (whole, decimal?: string, hex?: string, name = '', end = '') => {
    if (decimal !== undefined) return characterOf(Number(decimal));
    if (hex !== undefined) return characterOf(Number.parseInt(hex, 16));
    const known = end === ';' ? (NAMED.get(name) ?? NAMED_WITHOUT_END.get(name)) : undefined;
    if (known !== undefined) return known;
    for (let length = name.length; length > 1; length--) {
      const start = NAMED_WITHOUT_END.get(name.slice(0, length));
      if (start !== undefined) return start + name.slice(length) + end;
    }
    return whole;
  });
}

function characterOf(code: number): string {
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
  if (code >= 0x80 && code <= 0x9f) return WINDOWS.charAt(code - 0x80);
  return isNoCharacter(code) ? '' : String.fromCodePoint(code);
}

function isNoCharacter(code: number): boolean {
  if (code < 0x20) return !(code === 0x9 || code === 0xa || code === 0xc || code === 0xd);
  return code === 0x7f || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
}
