// An environment in which all variables that providers' SDKs read are set for another host.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';

/** Of OpenAI's SDK, which is not used: a user may have set them for another program. */
const openai = ['API_KEY', 'ADMIN_KEY', 'BASE_URL', 'CUSTOM_HEADERS', 'LOG', 'ORG_ID', 'PROJECT_ID', 'WEBHOOK_SECRET'];

/** Names of the variables that SDKs read: Anthropic's by its code. */
export function sdkVariables(): string[] {
  const folder = join(root, 'node_modules', '@anthropic-ai', 'sdk');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const code = files
    .filter((file) => file.endsWith('.mjs') && !file.includes('node_modules'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  const reads = /\b(?:readEnv\(|process\.env\[|process\.env\??\.)['"]?([A-Z][A-Z0-9_]+)/g;
  const found = [...code.matchAll(reads)].map((match) => match[1] as string);
  return [...new Set([...found, ...openai.map((name) => `OPENAI_${name}`)])];
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
