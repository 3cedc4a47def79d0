// Labels of the large model at positions of the training files, and the training data that follows from them. These
// files are neither those of the router nor those of the test.
import { percent } from '../../common/format.ts';
import { cleanAnswer } from '../../prompts/completion/clean.ts';
import { positionInDocument } from '../../prompts/completion/completion-position.ts';
import { judge, truthAt } from '../../prompts/completion/judge.ts';
import { positionFactsOf } from '../../routing/position-facts.ts';
import { worthBy } from '../../routing/worth.ts';
import type { HarvestedFile } from '../../workspace/files/types.ts';
import type { TrainingPosition } from '../training-data/samples.ts';
import type { TrainingData } from '../training-data/training-set.ts';
import { Answered, askAll } from './labels.ts';
import type { LearnStages, Taught } from './stage-outputs.ts';
import type { Tell } from './stage-runner.ts';

const nothing: Taught = { answers: [], whole: false };

export async function labelTrainingPositions(runner: LearnStages, tell: Tell): Promise<Taught> {
  const { request, notes } = runner.run;
  const asking = request.neural && request.api ? await runner.get('asking') : undefined;
  // A run without an API also uses labels that were paid for earlier.
  if (asking === undefined) return (await runner.last('taught')) ?? nothing;
  const right = new Map<string, Taught['answers'][number]>();
  const count = new Answered(asking.teach.length, tell);
  const outcome = await askAll(runner.run, asking.llm, asking.teach, count, ({ example, prompt }, answer) => {
    const asked = positionInDocument(example);
    const verdict = judge(cleanAnswer(answer.text, asked), truthAt(example.truth, asked));
    const { path, offset, truth } = example;
    right.set(keyOf(prompt.about, offset), { path, offset, length: truth.length, right: verdict.right });
  });
  if (outcome.stopped !== undefined)
    notes.push(`Asking the API what it knows stopped early: ${outcome.stopped.message}`);
  // In the order of the plan, not of the answers.
  const answers = asking.teach.flatMap(({ example, prompt }) => right.get(keyOf(prompt.about, example.offset)) ?? []);
  return { answers, whole: answers.length === asking.teach.length, as: asking.as };
}

const keyOf = (path: string, offset: number) => `${offset} ${path}`;

/**
 * All labelled positions are trained on, with the author's text. Positions like those where the API was wrong weigh
 * more.
 */
export function trainingDataFrom(
  answered: readonly { readonly example: TrainingPosition; readonly right: boolean }[],
): TrainingData {
  const factsOf = (position: TrainingPosition) => positionFactsOf(positionInDocument(position).query);
  const importance = worthBy(answered.map(({ example, right }) => ({ position: factsOf(example), right })));
  return {
    ...(importance && { importance: (position) => importance(factsOf(position)) }),
    positions: answered.map(({ example }) => example),
  };
}

export function trainingDataOf({ answers }: Taught, train: readonly HarvestedFile[]): TrainingData {
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
export function trainingLabelsInWords({ answers }: Taught): string | undefined {
  if (answers.length === 0) return undefined;
  const right = answers.filter((answer) => answer.right).length / answers.length;
  return `The API was asked at ${answers.length} places of training files too, the hardest of each kind, and right at ${percent(right)}. Positions like those where it was wrong count for more in training.`;
}
