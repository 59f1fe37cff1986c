import { spawnSync } from 'node:child_process';

/** Runs a program to its end. @returns milliseconds, as whoever waits for it sees them */
export function timeProgram(program: string, parameters: readonly string[]): number {
  const started = process.hrtime.bigint();
  const { status, error, stderr } = spawnSync(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  const elapsed = Number(process.hrtime.bigint() - started) / 1e6;
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')}: exit ${status}: ${stderr}`);
  return elapsed;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** One line of a table of figures. */
export function figure(name: string, ours: number, theirs?: { name: string; milliseconds: number }): string {
  const own = `${ours.toFixed(1).padStart(8)} ms`;
  if (theirs === undefined) return `  ${name.padEnd(44)}${own}`;
  const ratio = (theirs.milliseconds / ours).toFixed(2);
  return `  ${name.padEnd(44)}${own}   ${theirs.name} ${theirs.milliseconds.toFixed(1).padStart(8)} ms   ${ratio.padStart(5)} times faster`;
}
