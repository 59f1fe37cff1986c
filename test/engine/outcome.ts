/** What became of a call, in JSON. */
export type Outcome = { gives: unknown } | { throws: Record<string, unknown> };

const FIELDS = ['code', 'operation', 'argument', 'detail'] as const;

/** Makes a call, and says what became of it so that two runtimes can be compared by it. */
export function outcomeOf(call: () => unknown): Outcome {
  try {
    return { gives: plain(call()) };
  } catch (error) {
    if (!(error instanceof Error)) return { throws: { value: String(error) } };
    const fields = FIELDS.map(name => [name, (error as unknown as Record<string, unknown>)[name]]);
    return { throws: { name: error.name, message: error.message, ...Object.fromEntries(fields) } };
  }
}

/** JSON knows neither of these. */
function plain(value: unknown): unknown {
  if (value === undefined) return { undefined: true };
  if (typeof value === 'bigint') return { bigint: String(value) };
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) };
  if (typeof value === 'function') return { function: true };
  if (value instanceof ArrayBuffer) return { buffer: Array.from(new Uint8Array(value)) };
  if (value instanceof Uint8Array) return { bytes: Array.from(value) };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
  return value;
}
