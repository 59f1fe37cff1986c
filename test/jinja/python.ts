import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Debian's own python3, whatever else is on the PATH. */
export const PYTHON = '/usr/bin/python3';

const FETCH = fileURLToPath(new URL('../../../test/jinja/fetch-jinja.sh', import.meta.url));

let environment: NodeJS.ProcessEnv | undefined;

/**
 * The environment in which Python finds the Jinja2 that all templates are compared with.
 * @throws where it can neither be found nor fetched; what to do about it is on standard error
 */
export function jinjaEnvironment(): NodeJS.ProcessEnv {
  if (environment === undefined) {
    const folder = execFileSync(FETCH, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    environment = { ...process.env, PYTHONPATH: folder.trim() };
  }
  return environment;
}
