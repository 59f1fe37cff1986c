import { execFileSync } from 'node:child_process';
import { ORACLE } from './project.ts';

// Debian's own python3: the one that its python3-jinja2 belongs to, whatever else is on the PATH.
const PYTHON = '/usr/bin/python3';

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
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(answers);
}
