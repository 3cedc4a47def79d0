// The recorded answers through the product's own client: a loopback server says what the large model wrote, the client streams and parses it,
// and it is cleaned as it would be shown.

import { unwrap } from '../../src/common/errors.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import { cleanAnswer } from '../../src/prompts/completion/clean.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { requestAt } from '../../src/prompts/completion/llm-request.ts';
import { MessagesServer } from '../../test/fakes/messages-server.ts';
import { askedAt, type RecordedPosition, type Recording } from '../common/recordings.ts';

export interface Replayed {
  readonly recording: Recording;
  /** `completion` is what came through the client. */
  readonly positions: readonly RecordedPosition[];
}

export async function replayed(recordings: readonly Recording[]): Promise<Replayed[]> {
  const server = await MessagesServer.start();
  try {
    const llm = connectLlm({
      ...{ provider: 'anthropic', apiKey: 'sk-ant-loopback', model: '', timeoutMs: 30_000 },
      baseUrl: server.url,
    });
    const all: Replayed[] = [];
    for (const recording of recordings) {
      const positions: RecordedPosition[] = [];
      for (const position of recording.places) {
        server.answerWith(position.written);
        const asked = askedAt(position);
        const answer = unwrap(
          await llm.ask(completionPrompt(requestAt(asked, [], []), llm.facts), new AbortController().signal),
        );
        positions.push({ ...position, completion: cleanAnswer(answer.text, asked) });
      }
      all.push({ recording, positions });
    }
    return all;
  } finally {
    await server.close();
  }
}
