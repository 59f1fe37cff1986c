import type { SystemCall } from '../system-calls.ts';

/** The places of the calls by which an origin is suspended, and goes on. */
export interface StandingStill {
  suspend: number;
  resume: number;
}

/** @returns undefined where none of the calls suspends an origin */
export function standingStill(calls: readonly SystemCall[]): StandingStill | undefined {
  const isOfOrigin = ({ line }: SystemCall) => /^ioctl\(\d+, DM_DEV_SUSPEND, .*name="origin-/.test(line);
  const suspend = calls.findIndex(call => isOfOrigin(call) && call.line.includes('DM_SUSPEND_FLAG'));
  if (suspend < 0) return undefined;
  const resume = calls.findIndex((call, index) => index > suspend && isOfOrigin(call));
  return { suspend, resume };
}
