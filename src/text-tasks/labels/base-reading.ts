// How a base reads a text of a task: the prompt around it, and the layer of the hidden states.
import type { LabelTask } from '../../prompts/label/task.ts';

/**
 * Relative depths of the layers whose hidden states are read. Middle layers hold the meaning of a text, later layers the
 * answer to the instruction. Cross-validated log-loss of the head on the recorded tasks sst2, trec and changelog:
 * 0.371, 0.380, 0.817 without the deepest; 0.360, 0.353, 0.814 with it; 0.365, 0.348, 0.814 with the last layer too.
 */
export const DEPTHS = [0.5, 2 / 3, 0.8] as const;
/**
 * Examples per label in the prompt, which show the base what is asked. Cross-validated accuracy on trec: 0.81 without
 * examples (states alone); with the n-grams 0.845 with two examples per label, 0.842 with five. On sst2: 0.843 with two,
 * 0.840 with eight.
 */
const EXAMPLES = 2;
const LONGEST_EXAMPLE = 160;
const MOST_EXAMPLES = 16;

interface Example {
  readonly text: string;
  /** Index of its label. */
  readonly label: number;
}

export interface BasePrompt {
  readonly before: string;
  readonly after: string;
  /** Texts that the prompt contains with their labels. They must not be trained or measured on. */
  readonly examples: ReadonlySet<string>;
}

/** The same prompt for every text, so that the base reads it once. Its examples are the first short texts per label. */
export function basePromptOf(
  { instruction, labels }: Pick<LabelTask, 'instruction' | 'labels'>,
  labelled: readonly Example[],
): BasePrompt {
  const rounds = Math.min(EXAMPLES, Math.floor(MOST_EXAMPLES / labels.length));
  const shortTexts = labels.map((_, index) =>
    labelled.filter(({ text, label }) => label === index && text.length <= LONGEST_EXAMPLE),
  );
  const examples = Array.from({ length: rounds }, (_, round) =>
    shortTexts.flatMap((ofLabel) => ofLabel[round] ?? []),
  ).flat();
  const names = labels.map(({ name }) => name).join(', ');
  const lines = examples.map(({ text, label }) => `Text: ${text}\nLabel: ${labels[label]?.name}\n\n`);
  return {
    before: `${instruction} One of: ${names}.\n\n${lines.join('')}Text: `,
    after: '\nLabel:',
    examples: new Set(examples.map(({ text }) => text)),
  };
}
