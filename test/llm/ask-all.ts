// A process that asks every provider once at an address, and prints what each has come to: for what only an environment can set.
// Arguments: the address; the time limit of each, ms.
import { ask, asked } from './asking.ts';

const [baseUrl = '', timeoutMs = '0'] = process.argv.slice(2);
const told: Record<string, { readonly code: string; readonly message: string }> = {};
for (const provider of asked) {
  const result = await ask(provider, baseUrl, { timeoutMs: Number(timeoutMs) });
  told[provider.id] = result.ok ? { code: 'ok', message: result.value.text } : result.error;
}
// Node's fetch goes on trying a proxy that hung up.
process.stdout.write(JSON.stringify(told), () => process.exit());
