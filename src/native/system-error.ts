/** What the addon throws. */
export interface SystemError extends Error {
  /** Name of the errno, such as "EBUSY". */
  code: string;
  /** What was tried, such as "load table". */
  operation: string;
  /** What it was tried on. */
  argument: string;
  /** What libdevmapper had to say; empty for nothing. */
  detail: string;
}

/** Whether the value is an error of the operating system; with codes, whether it is one of those. */
export function isSystemError(value: unknown, ...codes: string[]): value is SystemError {
  if (!(value instanceof Error) || typeof (value as Partial<SystemError>).code !== 'string') return false;
  return codes.length === 0 || codes.includes((value as SystemError).code);
}
