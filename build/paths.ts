// Where things are: the repository, and the download cache that all clones on a machine share.
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

export const root = dirname(import.meta.dirname);
export const dist = join(root, 'dist');

/** Downloads that are costly to repeat; may be deleted at any time. Never inside the tracked tree. */
export const cache =
  process.env.EASY_ADAPTATION_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'easy-adaptation');

/** With 'write', end-to-end tests take pictures instead of comparing what they show. */
export const picturesVariable = 'EASY_ADAPTATION_PICTURES';

/**
 * The environment for an npm that works in another folder: what an outer `npm run` tells of our own project and of the
 * Node it runs on is left out. (code-server's install reads the Node version from npm's user agent.)
 */
export function npmEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own =
    /^(npm_lifecycle_|npm_package_|npm_config_(local_prefix|prefix|workspace|user_agent)|npm_node_execpath$|npm_command|INIT_CWD$)/;
  const kept = Object.entries(process.env).filter(([name]) => !own.test(name));
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`;
  return { ...Object.fromEntries(kept), PATH: path, ...extra };
}
