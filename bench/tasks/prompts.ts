// The product's own prompts for the recorded texts, in all forms: what a large model is asked when answers are recorded.
import type { ModelFacts } from '../../src/llm/protocol/models.ts';
import type { Prompt } from '../../src/llm/protocol/prompt.ts';
import { defaultModel, modelFacts } from '../../src/llm/providers/anthropic.ts';
import { type EvidenceForm, labelPrompt } from '../../src/prompts/label/label-prompt.ts';
import { TextEvidence } from '../../src/text-tasks/evidence.ts';
import type { KnownLabels } from '../../src/text-tasks/given-labels.ts';
import { keyOf } from '../../src/text-tasks/labels/extract.ts';
import type { RecordedTask, RecordedText } from './data.ts';

export interface TextPrompts extends Readonly<Record<EvidenceForm, Prompt>> {
  readonly id: string;
}

/** Labels that somebody in the folder gave: all of its own, else those of the calibration texts; none of test texts. */
export function labelsOfPeople({ task, ownLabels, texts }: RecordedTask): Map<number, KnownLabels> {
  const given = texts.filter(({ split }) => split === 'calibration' || (ownLabels && split !== 'test'));
  return new Map(
    given.map(({ text, truth }) => [keyOf(text), { text, person: task.labels[truth]?.name as string }] as const),
  );
}

/** Of each text of the split, in the recorded order. The small model and the examples of a calibration text leave it out. */
export function* labelPromptsOf(
  recorded: RecordedTask,
  split: Extract<RecordedText['split'], 'test' | 'calibration'>,
  facts: ModelFacts = modelFacts(defaultModel),
): Generator<TextPrompts> {
  const evidence = new TextEvidence(recorded.task, labelsOfPeople(recorded), []);
  for (const { id, text, split: own } of recorded.texts) {
    if (own !== split) continue;
    const promptOf = (form: EvidenceForm) => labelPrompt(recorded.task, text, facts, evidence.ofLabel(text, form));
    yield {
      id,
      bare: promptOf('bare'),
      examples: promptOf('examples'),
      brief: promptOf('brief'),
      informed: promptOf('informed'),
    };
  }
}
