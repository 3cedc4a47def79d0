// A fake of the Message Batches API in memory, used as `fetch`. Records the batches, and can let the client fail before
// or after the server received a call.

interface Submitted {
  readonly id: string;
  readonly at: string;
  readonly ids: readonly string[];
  /** Number of status requests until the batch has ended. */
  left: number;
}

type Json = Readonly<Record<string, unknown>>;

export class MessageBatches {
  readonly batches: Submitted[] = [];
  /** Ids of all questions in batches; 'alone' for each question that was asked without a batch. */
  readonly asked: string[] = [];
  /** Number of calls so far. */
  calls = 0;
  /** Call number, from 1 → whether the connection breaks before or after the server handles the call. */
  deaths: Readonly<Record<number, 'before' | 'after'>> = {};
  onDeath: () => void = () => {};
  /** Indices of the questions that end with an error. */
  errored: ReadonlySet<number> = new Set();
  refusal: number | undefined;
  /** Token usage reported for each answer. */
  usage = { input_tokens: 1_000, output_tokens: 100 };
  /** Id given to the next batch; undefined: a unique id. */
  name: string | undefined;

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const death = this.deaths[++this.calls];
    if (death === 'before') this.die();
    const response = this.answer(new URL(String(input)), init);
    if (death === 'after') this.die();
    return response;
  };

  private die(): never {
    this.onDeath();
    throw new TypeError('fetch failed', { cause: Object.assign(new Error('gone'), { code: 'ECONNRESET' }) });
  }

  private answer({ pathname }: URL, init: RequestInit | undefined): Response {
    const path = pathname.replace('/v1/messages', '');
    const id = path.split('/')[2] ?? '';
    const batch = this.batches.find((each) => each.id === id);
    if (path === '/batches' && init?.method?.toUpperCase() === 'POST') return this.submit(String(init.body));
    if (path === '/batches')
      return json({ data: this.batches.map(shape), has_more: false, first_id: null, last_id: null });
    if (batch && path.endsWith('/results')) return results(batch, this.errored, this.usage);
    if (batch) {
      batch.left--;
      return json(shape(batch));
    }
    // A question without a batch.
    this.asked.push('alone');
    return new Response(streamed, { headers: { 'content-type': 'text/event-stream' } });
  }

  private submit(body: string): Response {
    if (this.refusal !== undefined)
      return json({ type: 'error', error: { type: 'invalid_request_error', message: 'no' } }, this.refusal);
    const { requests } = JSON.parse(body) as { requests: readonly { custom_id: string; params: Json }[] };
    const ids = requests.map(({ custom_id: id }) => id);
    if (requests.some(({ params }) => 'stream' in params)) return json({ error: {} }, 400);
    this.asked.push(...ids);
    const newBatch = { id: this.name ?? `msgbatch_${this.batches.length}`, at: new Date().toISOString(), ids, left: 2 };
    this.batches.push(newBatch);
    return json(shape(newBatch));
  }
}

function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
}

function shape({ id, at, ids, left }: Submitted): Json {
  const hasEnded = left <= 0;
  const counts = {
    processing: hasEnded ? 0 : ids.length,
    succeeded: hasEnded ? ids.length : 0,
    errored: 0,
    canceled: 0,
    expired: 0,
  };
  return {
    ...{ id, type: 'message_batch', created_at: at, request_counts: counts },
    processing_status: hasEnded ? 'ended' : 'in_progress',
    results_url: hasEnded ? `https://api.anthropic.com/v1/messages/batches/${id}/results` : null,
  };
}

function results({ ids }: Submitted, errored: ReadonlySet<number>, usage: Json): Response {
  const rows = ids.map((id, at) => ({
    custom_id: id,
    result: errored.has(at)
      ? { type: 'errored', error: { type: 'error', error: { type: 'api_error', message: 'failed' } } }
      : {
          type: 'succeeded',
          message: {
            ...{ id: 'm', type: 'message', role: 'assistant', model: 'claude-haiku-5-5', stop_reason: 'end_turn' },
            content: [{ type: 'text', text: `<insert>${at};</insert>` }],
            usage,
          },
        },
  }));
  // The order differs from that of the questions, as in the real API.
  const text = rows.reverse().map((row) => JSON.stringify(row));
  return new Response(`${text.join('\n')}\n`, { headers: { 'content-type': 'application/x-jsonl' } });
}

const event = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
const streamed = [
  event('message_start', {
    message: { id: 'm', model: 'claude-haiku-5-5', content: [], usage: { input_tokens: 1_000, output_tokens: 1 } },
  }),
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: '<insert>alone;</insert>' } }),
  event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 100 } }),
  event('message_stop', {}),
].join('');
