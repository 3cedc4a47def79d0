// Finds model servers on this machine at the ports where llama.cpp and Ollama listen. Nothing of the user is sent.

export interface RunningServer {
  readonly program: 'llama.cpp' | 'Ollama';
  /** Base URL of its completions. */
  readonly url: string;
  readonly models: readonly string[];
}

export interface ServerPorts {
  readonly llama: number;
  readonly ollama: number;
}

const PORTS: ServerPorts = { llama: 8080, ollama: 11434 };
/** A server on this machine answers within this time, ms. */
const PATIENCE_MS = 1000;
/** Maximum number of characters that are read of an answer. */
const MOST = 1_000_000;

/** Never rejects. A port without a listener or with another program has no server. */
export async function findServers(
  signal: AbortSignal,
  ports = PORTS,
  send: typeof fetch = fetch,
): Promise<RunningServer[]> {
  const ask = async (address: string): Promise<unknown> => {
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
      const response = await send(address, { signal: within, redirect: 'error' });
      const text = response.ok ? await response.text() : '';
      return text.length > MOST ? undefined : JSON.parse(text);
    } catch {
      return undefined;
    }
  };
  const [llama, ollama] = await Promise.all([
    ask(`http://127.0.0.1:${ports.llama}/v1/models`),
    ask(`http://127.0.0.1:${ports.ollama}/api/tags`),
  ]);
  // Many programs listen at 8080: only llama.cpp names itself so.
  const llamaModels = rowsOf(llama, 'data').filter((row) => row.owned_by === 'llamacpp');
  const runningServers: RunningServer[] = [
    { program: 'llama.cpp', url: `http://127.0.0.1:${ports.llama}/v1`, models: namesOf(llamaModels, 'id') },
    {
      program: 'Ollama',
      url: `http://127.0.0.1:${ports.ollama}/v1`,
      models: namesOf(rowsOf(ollama, 'models'), 'name'),
    },
  ];
  return runningServers.filter(({ models }) => models.length > 0);
}

function rowsOf(answer: unknown, field: string): Readonly<Record<string, unknown>>[] {
  const rows = (answer as Readonly<Record<string, unknown>> | null | undefined)?.[field];
  return Array.isArray(rows) ? rows.filter((row) => typeof row === 'object' && row !== null) : [];
}

function namesOf(rows: readonly Readonly<Record<string, unknown>>[], field: string): string[] {
  return rows.flatMap((row) => (typeof row[field] === 'string' ? [row[field]] : [])).slice(0, 20);
}
