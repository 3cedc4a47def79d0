// Asks the API to complete a sample of held-out places: the labels that p(API right) is fitted on.
// Every answer is in the store before the next is asked for (the teacher's recording decorator sees to it).

import { counted } from '../common/format.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { LabelledPlace, Labels, ScoredPlace } from '../report/scored.ts';
import { placeBefore } from '../tasks/completion/asked-place.ts';
import { cleanAnswer } from '../tasks/completion/clean.ts';
import type { CursorExample } from '../tasks/completion/cursor-places.ts';
import { judge } from '../tasks/completion/judge.ts';
import { REQUEST_SNIPPETS, requestAt, type TeacherRequest } from '../tasks/completion/teacher-request.ts';
import { labelBatch } from '../teacher/label.ts';
import type { Teacher } from '../teacher/types.ts';
import type { StageName, StageProgress } from './stages.ts';

/** How many requests are under way at once: enough to hide the API's latency, few enough for a new key's rate limit. */
const concurrency = 4;

/** What a completion there would send, but for the local draft. The harvest's text is masked, and so is the index. */
export function labelRequest(example: CursorExample, index: NgramModel): TeacherRequest {
  const place = placeBefore(example);
  return requestAt(place, index.snippets(place.query, REQUEST_SNIPPETS), { oneOff: true });
}

export async function askForLabels(
  teacher: Teacher,
  places: readonly { readonly scored: ScoredPlace; readonly request: TeacherRequest }[],
  stage: StageName,
  progress: StageProgress,
  signal: AbortSignal,
): Promise<Labels> {
  const labelled: LabelledPlace[] = [];
  let spent = 0;
  const outcome = await labelBatch(
    teacher,
    places.map((place) => place.request),
    {
      concurrency,
      signal,
      onWait: (open) =>
        progress({ stage, done: 0, total: places.length, detail: `waiting for a batch of ${counted(open, 'answer')}` }),
      onAnswer: (index, answer) => {
        const scored = places[index]?.scored as ScoredPlace;
        const text = cleanAnswer(answer.text, scored.asked);
        labelled.push({ scored, answer: { ...answer, text }, ...judge(text, scored.truth) });
        spent += answer.costUsd;
        progress({ stage, done: labelled.length, total: places.length, detail: `$${spent.toFixed(4)}` });
      },
    },
  );
  return { labelled, failed: outcome.failed, stopped: outcome.stopped?.message };
}
