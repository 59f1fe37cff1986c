import type { ImagePath } from '../../../devices/request/image-path.ts';
import { jsonAnswer } from '../../../words/json-answer.ts';
import { processTerminal, say } from '../../terminal.ts';

/** The answer of --dry-run: what would be done, a line each. */
export function sayPlan({ path }: ImagePath, lines: readonly string[], json: boolean): void {
  const terminal = processTerminal();
  if (json) terminal.print(jsonAnswer({ template: path, plan: lines }));
  else for (const line of lines) say(terminal, line);
}
