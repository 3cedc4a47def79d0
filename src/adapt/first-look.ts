// The first look: how often the local model is right in this folder before anything is trained, within a time limit.
// Its drafts are stored in the position ledger, so that the rest of the run does not repeat them.
import { positionInDocument } from '../prompts/completion/completion-position.ts';
import type { CursorExample } from '../prompts/completion/cursor-examples.ts';
import type { NgramModel } from '../specialist/ngram/model.ts';
import { baseCandidate } from './candidates.ts';
import { draftWithNgramsOnly } from './drafts.ts';
import { type HeldOutPositions, halved, MAX_HALVINGS, spread } from './held-out-positions.ts';
import type { NeuralSession } from './neural-session.ts';
import type { Tell } from './progress.ts';
import type { ScoredPosition } from './report/figures.ts';
import { firstLookInWords } from './report/first-look-in-words.ts';
import type { Run } from './run.ts';
import { expected } from './run-failures.ts';

/** At least this many seconds remain when the timing of the machine ends, unless the limit is shorter. */
const MIN_SECONDS = 20;
/** A running draft may take this many seconds more; then the result is shown without it. */
const GRACE_SECONDS = 5;

/**
 * Tells its result as `lines` of a progress update.
 * @param session undefined: there is no neural model
 */
export async function lookFirst(run: Run, index: NgramModel, session: NeuralSession | undefined): Promise<void> {
  const tell = run.stage('Measuring the local model');
  const limitSeconds = run.request.firstLookSeconds ?? 0;
  const end = Math.max(limitSeconds, run.clock.elapsed() + Math.min(limitSeconds, MIN_SECONDS));
  const secondsLeft = () => end - run.clock.elapsed();
  const singleLines = byImportance(run.positions).filter((example) => !positionInDocument(example).block);
  tell({ done: 0, total: undefined, stageLeft: secondsLeft() });
  const base: ScoredPosition[] = [];
  const draftBase = async (open: NeuralSession) => {
    const model = baseCandidate(run);
    const onOpening: Tell = ({ detail }) => {
      if (detail !== undefined) tell({ done: base.length, total: undefined, detail, stageLeft: secondsLeft() });
    };
    for (const example of singleLines) {
      if (secondsLeft() <= 0) break;
      base.push(...(await open.drafts(model, [example], onOpening)));
      tell({ done: base.length, total: undefined, stageLeft: Math.max(0, secondsLeft()) });
    }
  };
  const work = session ? draftBase(session) : Promise.resolve();
  const { promise: timeUp, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, 1000 * Math.max(0, secondsLeft() + GRACE_SECONDS));
  try {
    await Promise.race([work, timeUp]);
  } catch (error) {
    // The stages that need the engine fail in the same way, and note it for the report.
    expected(error);
  } finally {
    clearTimeout(timer);
  }
  // A late draft is left out. The n-grams draft at the same positions.
  const scored = [...base];
  const examples = scored.length > 0 ? scored.map(({ example }) => example) : singleLines;
  const ngram = await draftWithNgramsOnly(run, index, examples);
  const lines = firstLookInWords({ ngram, base: scored.length > 0 ? scored : undefined });
  tell({ done: scored.length, total: undefined, stageLeft: 0, lines });
  // The session has one model open at a time: its current draft ends before the next stage uses it.
  await work.catch(() => {});
}

/**
 * First the positions of the smallest sample, which every plan measures, then those that each larger sample adds. Each
 * group is spread over all files.
 */
function byImportance(positions: HeldOutPositions): CursorExample[] {
  const order = new Set<CursorExample>();
  for (let times = MAX_HALVINGS; times >= 0; times--)
    for (const example of spread(halved(positions, times).choose)) order.add(example);
  return [...order];
}
