// The prompts at the recorded texts, an arm a form, and whose label was right.
import type { Prompt } from '../../src/llm/protocol/models.ts';
import { defaultModel, modelFacts } from '../../src/llm/providers/anthropic.ts';
import { labelPrompt, parseLabel } from '../../src/prompts/label/label-prompt.ts';
import { TextEvidence } from '../../src/text-tasks/evidence.ts';
import type { KnownLabels } from '../../src/text-tasks/given-labels.ts';
import { keyOf } from '../../src/text-tasks/labels/extract.ts';
import type { RecordedTask } from '../tasks/data.ts';
import { judgedTexts, learnPair } from '../tasks/pair.ts';
import { readingsOf } from '../tasks/states.ts';
import type { EvidenceItem, EvidenceSet } from './types.ts';

const facts = modelFacts(defaultModel);
const forms = ['bare', 'examples', 'informed'] as const;

/**
 * Of the test texts. Prompts show the figures of a small model of people's labels; the local model of the pair has
 * learned all that a task learns, and its router ranks the texts.
 * @param base name of the base that reads those in doubt
 */
export async function textSet(recorded: RecordedTask, base: string): Promise<EvidenceSet> {
  const { task, texts } = recorded;
  const evidence = new TextEvidence(task, labelsOfPeople(recorded), []);
  const pair = learnPair(recorded, await readingsOf(recorded, base));
  const judged = new Map(judgedTexts(pair).map((item) => [item.id, pair.router.judge(item)]));
  const items = texts
    .filter(({ split }) => split === 'test')
    .map(({ id, text }): EvidenceItem => {
      const { gain = 1, specialistRight = 0 } = judged.get(id) ?? {};
      const prompts = forms.map((form) => {
        const prompt = labelPrompt({ ...task, about: task.name }, text, facts, evidence.ofLabel(text, form));
        return [form, { system: prompt.system.text, user: userText(prompt) }] as const;
      });
      return {
        ...{ id, document: id, offset: 0, localRight: specialistRight === 1 },
        // Between 0 and 1: the smaller the gain of a call, the higher.
        estimate: (1 - gain) / 2,
        prompts: Object.fromEntries(prompts),
      };
    });
  return { name: task.name, items };
}

/** Labels that somebody in the folder gave: all of its own, else those of the calibration texts; none of test texts. */
function labelsOfPeople({ task, ownLabels, texts }: RecordedTask): Map<number, KnownLabels> {
  const given = texts.filter(({ split }) => split === 'calibration' || (ownLabels && split !== 'test'));
  return new Map(
    given.map(({ text, truth }) => [keyOf(text), { text, person: task.labels[truth]?.name as string }] as const),
  );
}

export function userText({ user }: Prompt): string {
  return user.map(({ text }) => text).join('');
}

export function isLabelRight({ task, texts }: RecordedTask, id: string, answer: string): boolean {
  const text = texts.find((each) => each.id === id);
  return text !== undefined && parseLabel(answer, task.labels) === text.truth;
}
