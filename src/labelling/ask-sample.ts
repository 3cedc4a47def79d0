// Has the large model label the texts that teach most: within a budget, each answer on disk before the next one counts.
import type { Failure } from '../common/errors.ts';
import { keyOf } from '../tasks/label/extract.ts';
import { labelPrompt, parseLabel } from '../tasks/label/label-prompt.ts';
import { chooseSample, nearest } from '../tasks/label/sample.ts';
import type { LabelTask } from '../tasks/label/task.ts';
import { groundOf, labelProbabilities, type Specialist } from '../tasks/label/text-specialist.ts';
import { labelBatch } from '../teacher/label.ts';
import type { ModelFacts } from '../teacher/models.ts';
import type { Teacher } from '../teacher/types.ts';
import { giveLabel, type Known } from './given-labels.ts';

export interface SampleRequest {
  readonly root: string;
  readonly task: LabelTask;
  /** Texts without a label. */
  readonly unlabelled: readonly string[];
  readonly known: ReadonlyMap<number, Known>;
  /** From an earlier round; absent: diverse texts alone. */
  readonly specialist?: Specialist;
  /** Texts to ask about; and labelled ones that go along with each. */
  readonly count: number;
  readonly examples: number;
}

export interface SampleOutcome {
  readonly asked: number;
  readonly labelled: number;
  /** Answers that named no label, or several. */
  readonly unusable: number;
  readonly costUsd: number;
  /** Why it ended early; undefined: it did not. */
  readonly stopped: Failure | undefined;
}

/** The prompts of a sample, for an estimate of its price as well. Texts of which an answer of the API is known are not asked about again. */
export function samplePrompts(
  { task, unlabelled, known, specialist, count, examples }: SampleRequest,
  facts: ModelFacts,
) {
  const labelled = [...known.values()].flatMap(({ text, person }) =>
    person === undefined ? [] : [{ text, label: task.labels[person]?.name as string }],
  );
  const open = unlabelled.filter((text) => known.get(keyOf(text))?.api === undefined);
  const { rarity } = specialist?.ground ?? groundOf([...open, ...labelled.map(({ text }) => text)]);
  const sureness = specialist && ((text: string) => Math.max(...labelProbabilities(specialist, { text })));
  const texts = chooseSample(open, {
    count,
    rarity,
    labelled: [...known.values()].map(({ text }) => text),
    ...(sureness && { sureness }),
  }).map((i) => open[i] as string);
  const near = nearest(texts, labelled, rarity, examples);
  return texts.map((text, i) => ({ text, prompt: labelPrompt(task, text, near[i] ?? [], facts) }));
}

/** @param teacher keeps to the budget: it refuses what would pass it. Rejects when cancelled; what was answered until then is kept. */
export async function askSample(
  request: SampleRequest,
  teacher: Pick<Teacher, 'ask' | 'prepare' | 'facts'>,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<SampleOutcome> {
  const { root, task } = request;
  const sample = samplePrompts(request, teacher.facts);
  let [labelled, unusable] = [0, 0];
  const outcome = await labelBatch(
    teacher,
    sample.map(({ prompt }) => prompt),
    {
      concurrency: 4,
      signal,
      onAnswer: (index, { text: answer, model }) => {
        const label = parseLabel(answer, task.labels);
        if (label === undefined) unusable += 1;
        else {
          const { text } = sample[index] as (typeof sample)[number];
          giveLabel(root, task.name, { text, label: task.labels[label]?.name as string, by: 'api', model });
          labelled += 1;
        }
        onProgress(labelled + unusable, sample.length);
      },
    },
  );
  return { asked: sample.length, labelled, unusable, costUsd: outcome.costUsd, stopped: outcome.stopped };
}
