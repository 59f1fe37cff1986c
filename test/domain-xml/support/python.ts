import { execFileSync } from 'node:child_process';
import { jinjaEnvironment, PYTHON } from '../../jinja/python.ts';
import { ORACLE } from './project.ts';

export interface PythonJob {
  /** Folders of templates, in search order. */
  templates: string[];
  /** Template names: the first that exists is rendered. */
  names: string[];
  vm: unknown;
  device?: unknown;
  options?: Record<string, string>;
  power_mgmt?: string | boolean;
}

/** What Python's Jinja2 printed, or the class and message of what it raised. */
export interface PythonAnswer {
  output?: string;
  error?: string;
  message?: string;
}

/** Renders with Python's Jinja2. Fails loudly where that is not installed. */
export function renderWithPython(jobs: readonly PythonJob[]): PythonAnswer[] {
  const answers = execFileSync(PYTHON, [ORACLE], {
    input: JSON.stringify(jobs),
    encoding: 'utf8',
    env: jinjaEnvironment(),
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(answers);
}
