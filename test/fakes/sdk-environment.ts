// An environment in which all variables that the SDKs read are set for another host.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';

export const sdks = ['openai', '@anthropic-ai/sdk'] as const;

/** Names of the variables that a package's code reads. */
export function variablesOf(name: (typeof sdks)[number]): string[] {
  const folder = join(root, 'node_modules', name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const code = files
    .filter((file) => file.endsWith('.mjs') && !file.includes('node_modules'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  const reads = /\b(?:readEnv\(|process\.env\[|process\.env\??\.)['"]?([A-Z][A-Z0-9_]+)/g;
  return [...new Set([...code.matchAll(reads)].map((match) => match[1] as string))];
}

export const planted = 'planted-0123456789';
const headers = ['x-planted', 'Authorization', 'x-api-key', 'User-Agent', 'Accept', 'anthropic-version', 'api-key'];

/** The value of a variable for another host. */
function plantedFor(variable: string, elsewhere: string): string {
  if (/_(URL|ENDPOINT)$/.test(variable)) return elsewhere;
  if (/_LOG$/.test(variable)) return 'debug';
  if (/_HEADERS$/.test(variable)) return headers.map((name) => `${name}: ${planted}`).join('\n');
  return planted;
}

/**
 * Runs with all these variables set.
 * @param elsewhere the address in their values
 */
export async function withPlantedEnvironment<T>(
  variables: readonly string[],
  elsewhere: string,
  run: () => Promise<T>,
): Promise<T> {
  const earlier = { ...process.env };
  for (const variable of variables) process.env[variable] = plantedFor(variable, elsewhere);
  try {
    return await run();
  } finally {
    for (const variable of variables) {
      const value = earlier[variable];
      if (value === undefined) delete process.env[variable];
      else process.env[variable] = value;
    }
  }
}
