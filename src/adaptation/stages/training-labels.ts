// Labels of the large model at positions of the training files, and the training data that follows from them. These
// files are neither those of the router nor those of the test.
import { percent } from '../../common/format.ts';
import { cleanAnswer } from '../../prompts/completion/clean.ts';
import { positionInDocument } from '../../prompts/completion/completion-position.ts';
import { matchesTruth, truthAt } from '../../prompts/completion/judge.ts';
import { positionFactsOf } from '../../routing/position-facts.ts';
import { sampleWeightBy } from '../../routing/worth.ts';
import type { HarvestedFile } from '../../workspace/files/types.ts';
import type { TrainingPosition } from '../training-data/samples.ts';
import type { TrainingData } from '../training-data/training-set.ts';
import { AnswerCount, askAll } from './labels.ts';
import type { LearnStages, TrainingLabels } from './stage-outputs.ts';
import type { Tell } from './stage-runner.ts';

const NO_LABELS: TrainingLabels = { answers: [], whole: false };

export async function labelTrainingPositions(runner: LearnStages, tell: Tell): Promise<TrainingLabels> {
  const { request, notes } = runner.run;
  const trains = request.api && (await runner.get('agreed')).training;
  const labelingPlan = trains ? await runner.get('labelingPlan') : undefined;
  // A run without an API also uses labels that were paid for earlier.
  if (labelingPlan === undefined) return (await runner.last('taught')) ?? NO_LABELS;
  const right = new Map<string, TrainingLabels['answers'][number]>();
  const count = new AnswerCount(labelingPlan.train.length, tell);
  const outcome = await askAll(
    runner.run,
    labelingPlan.llm,
    labelingPlan.train,
    count,
    ({ example, prompt }, answer) => {
      const asked = positionInDocument(example);
      const isRight = matchesTruth(cleanAnswer(answer.text, asked), truthAt(example.truth, asked));
      const { path, offset, truth } = example;
      right.set(keyOf(prompt.about, offset), { path, offset, length: truth.length, right: isRight });
    },
  );
  if (outcome.stopped !== undefined)
    notes.push(`Asking the API at training positions stopped early: ${outcome.stopped.message}`);
  // In the order of the plan, not of the answers.
  const answers = labelingPlan.train.flatMap(
    ({ example, prompt }) => right.get(keyOf(prompt.about, example.offset)) ?? [],
  );
  return { answers, whole: answers.length === labelingPlan.train.length, as: labelingPlan.identity };
}

const keyOf = (path: string, offset: number) => `${offset} ${path}`;

/**
 * All labelled positions are trained on, with the author's text. Positions like those where the API was wrong weigh
 * more.
 */
function trainingDataFrom(
  answered: readonly { readonly example: TrainingPosition; readonly right: boolean }[],
): TrainingData {
  const factsOf = (position: TrainingPosition) => positionFactsOf(positionInDocument(position).query);
  const importance = sampleWeightBy(answered.map(({ example, right }) => ({ position: factsOf(example), right })));
  return {
    ...(importance && { importance: (position) => importance(factsOf(position)) }),
    positions: answered.map(({ example }) => example),
  };
}

export function trainingDataOf({ answers }: TrainingLabels, train: readonly HarvestedFile[]): TrainingData {
  const files = new Map(train.map((file) => [file.path, file]));
  const answered = answers.flatMap(({ path, offset, length, right }) => {
    const file = files.get(path);
    if (file === undefined) return [];
    const { text, languageId } = file;
    const [prefix, truth] = [text.slice(0, offset), text.slice(offset, offset + length)];
    return [{ example: { path, languageId, prefix, suffix: text.slice(offset + length), truth }, right }];
  });
  return trainingDataFrom(answered);
}

/** Sentence for the report; undefined without labels. */
export function trainingLabelsInWords({ answers }: TrainingLabels): string | undefined {
  if (answers.length === 0) return undefined;
  const right = answers.filter((answer) => answer.right).length / answers.length;
  return `The large model was also asked at ${answers.length} positions of training files, the hardest of each kind, and was right at ${percent(right)}. Positions like those where it was wrong count for more in training.`;
}
