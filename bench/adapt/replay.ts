// The recorded answers through the product's own client: a loopback server says what the large model wrote, the client streams and parses it,
// and it is cleaned as it would be shown.

import { unwrap } from '../../src/common/errors.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import { cleanAnswer } from '../../src/prompts/completion/clean.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { requestAt } from '../../src/prompts/completion/llm-request.ts';
import { MessagesServer } from '../../test/fakes/messages-server.ts';
import { askedAt, type RecordedPlace, type Recording } from '../common/recordings.ts';

export interface Replayed {
  readonly recording: Recording;
  /** `completion` is what came through the client. */
  readonly places: readonly RecordedPlace[];
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
      const places: RecordedPlace[] = [];
      for (const place of recording.places) {
        server.answerWith(place.written);
        const asked = askedAt(place);
        const answer = unwrap(
          await llm.ask(completionPrompt(requestAt(asked, []), llm.facts), new AbortController().signal),
        );
        places.push({ ...place, completion: cleanAnswer(answer.text, asked) });
      }
      all.push({ recording, places });
    }
    return all;
  } finally {
    await server.close();
  }
}
