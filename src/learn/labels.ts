// Asks the API to complete a sample of held-out places: the labels that p(API right) is fitted on.
// Every answer is in the store before the next is asked for (the teacher's recording decorator sees to it).

import type { Progress } from '../common/progress.ts';
import { exactMatch } from '../common/quality.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { CursorExample } from '../tasks/completion/cursor-places.ts';
import { labelBatch } from '../teacher/label.ts';
import type { Teacher, TeacherAnswer, TeacherRequest } from '../teacher/types.ts';
import { queryOf, type ScoredPlace } from './evaluate.ts';

export interface LabelledPlace {
  readonly scored: ScoredPlace;
  readonly answer: TeacherAnswer;
  readonly right: boolean;
}

export interface Labels {
  readonly labelled: readonly LabelledPlace[];
  readonly failed: number;
  /** Why it stopped early, for the report; undefined when it did not. */
  readonly stopped: string | undefined;
}

/** Both samples of one run. */
export interface ApiLabels {
  readonly model: string;
  readonly calibration: Labels;
  /** Undefined where the run stopped asking before it came to the test places. */
  readonly test: Labels | undefined;
}

/** How many requests are under way at once: enough to hide the API's latency, few enough for a new key's rate limit. */
const concurrency = 4;

/** The same snippets that a completion in the editor would send. */
const snippetLimits = { maxSnippets: 4, maxCharacters: 4000 };

export function requestOf(example: CursorExample, index: NgramModel): TeacherRequest {
  const query = queryOf(example);
  return { query, snippets: index.snippets(query, snippetLimits), multiline: example.kind === 'block-body' };
}

export async function askForLabels(
  teacher: Teacher,
  places: readonly { readonly scored: ScoredPlace; readonly request: TeacherRequest }[],
  stage: string,
  progress: Progress,
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
      onAnswer: (index, answer) => {
        const scored = places[index]?.scored as ScoredPlace;
        labelled.push({ scored, answer, right: exactMatch(answer.text, scored.example.truth) });
        spent += answer.costUsd;
        progress({ stage, done: labelled.length, total: places.length, detail: `$${spent.toFixed(4)}` });
      },
    },
  );
  return { labelled, failed: outcome.failed, stopped: outcome.stopped?.message };
}
