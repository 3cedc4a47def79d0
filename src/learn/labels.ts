// Asks the API to complete a sample of held-out places: the labels that p(API right) is fitted on.
// Every answer is in the store before the next is asked for (the teacher's recording decorator sees to it).

import { counted } from '../common/format.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { ApiLabels, LabelledPlace, Labels, ScoredPlace } from '../report/scored.ts';
import { placeBefore } from '../tasks/completion/asked-place.ts';
import { cleanAnswer } from '../tasks/completion/clean.ts';
import { completionPrompt } from '../tasks/completion/completion-prompt.ts';
import type { CursorExample } from '../tasks/completion/cursor-places.ts';
import { judge } from '../tasks/completion/judge.ts';
import { REQUEST_SNIPPETS, requestAt, type TeacherRequest } from '../tasks/completion/teacher-request.ts';
import { apiHost } from '../teacher/connect.ts';
import { labelBatch } from '../teacher/label.ts';
import type { Prompt } from '../teacher/prompt.ts';
import type { Teacher } from '../teacher/types.ts';
import { indexOf } from './drafts.ts';
import type { LearnWalk } from './made.ts';
import { placesIn } from './neural.ts';
import { placesToAsk } from './places.ts';
import type { Tell } from './stage-walk.ts';
import type { ApiEstimate } from './types.ts';

/** How many requests are under way at once: enough to hide the API's latency, few enough for a new key's rate limit. */
const concurrency = 4;

/** What a completion there would send, but for the local draft. The harvest's text is masked, and so is the index. */
export function labelRequest(example: CursorExample, index: NgramModel): TeacherRequest {
  const place = placeBefore(example);
  return requestAt(place, index.snippets(place.query, REQUEST_SNIPPETS), { oneOff: true });
}

/** Undefined where it is not asked; what it was asked before is in the store, and not paid for again. */
export async function labelsOf(walk: LearnWalk, tell: Tell): Promise<ApiLabels | undefined> {
  const { teacher, request, confirm, notes } = walk.run;
  if (teacher === undefined || request.api === undefined) return undefined;
  const index = await indexOf(walk);
  const { choose, test: tested } = await placesIn(walk);
  const of = (scored: readonly ScoredPlace[], places: readonly CursorExample[]) => {
    const among = new Set(places);
    return scored.filter(({ example }) => among.has(example));
  };
  const chosen = placesToAsk(
    of(await walk.get('calibrated'), choose),
    of(await walk.get('measured'), tested),
    request.api.places,
  );
  const withPrompts = (places: readonly ScoredPlace[]) =>
    places.map((scored) => ({
      scored,
      prompt: completionPrompt(labelRequest(scored.example, index), teacher.facts),
    }));
  const toValidate = withPrompts(chosen.validation);
  const toTest = withPrompts(chosen.test);
  const all = [...toValidate, ...toTest];
  const unknown = all.filter((each) => !teacher.knows?.(each.prompt));
  const estimate: ApiEstimate = {
    model: teacher.model,
    host: apiHost(request.api.settings),
    places: unknown.length,
    usd: unknown.reduce((sum, each) => sum + teacher.estimateUsd(each.prompt), 0),
  };
  const asked = all.length > 0 && (unknown.length === 0 || (await confirm(estimate)));
  if (!asked) {
    const declined = 'The API was not asked: the estimate was declined.';
    notes.push(all.length > 0 ? declined : 'There was no held-out place to ask the API about.');
    return undefined;
  }
  const ask = (places: typeof all) => askForLabels(teacher, places, tell, walk.run.signal);
  const validation = await ask(toValidate);
  const test = validation.stopped === undefined ? await ask(toTest) : undefined;
  const stopped = validation.stopped ?? test?.stopped;
  if (stopped !== undefined) notes.push(`Asking the API stopped early: ${stopped}`);
  return { model: teacher.model, validation, test };
}

async function askForLabels(
  teacher: Teacher,
  places: readonly { readonly scored: ScoredPlace; readonly prompt: Prompt }[],
  tell: Tell,
  signal: AbortSignal,
): Promise<Labels> {
  const labelled: LabelledPlace[] = [];
  let spent = 0;
  const outcome = await labelBatch(
    teacher,
    places.map((place) => place.prompt),
    {
      concurrency,
      signal,
      onWait: (open) =>
        tell({ done: 0, total: places.length, detail: `waiting for a batch of ${counted(open, 'answer')}` }),
      onAnswer: (index, answer) => {
        const scored = places[index]?.scored as ScoredPlace;
        const text = cleanAnswer(answer.text, scored.asked);
        labelled.push({ scored, answer: { ...answer, text }, ...judge(text, scored.truth) });
        spent += answer.costUsd;
        tell({ done: labelled.length, total: places.length, detail: `$${spent.toFixed(4)}` });
      },
    },
  );
  return { labelled, failed: outcome.failed, stopped: outcome.stopped?.message };
}
