// The prompts at the recorded texts, an arm a form, and whose label was right.

import type { Prompt } from '../../src/llm/protocol/prompt.ts';
import { defaultModel, modelFacts } from '../../src/llm/providers/anthropic.ts';
import { labelPrompt, parseLabel } from '../../src/prompts/label/label-prompt.ts';
import { TextEvidence } from '../../src/text-tasks/evidence.ts';
import { mostLikely } from '../../src/text-tasks/labels/router.ts';
import type { RecordedTask } from '../tasks/data.ts';
import { labelsOfPeople } from '../tasks/prompts.ts';
import type { EvidenceItem, EvidenceSet } from './types.ts';

const facts = modelFacts(defaultModel);
const forms = ['bare', 'examples', 'informed'] as const;

/** Of the test texts. The local model is the one whose figures the prompts show. */
export function textSet(recorded: RecordedTask): EvidenceSet {
  const { task, texts } = recorded;
  const evidence = new TextEvidence(task, labelsOfPeople(recorded), []);
  const items = texts
    .filter(({ split }) => split === 'test')
    .map(({ id, text, truth }): EvidenceItem => {
      const probabilities = evidence.ofLabel(text, 'informed').probabilities ?? [];
      const local = mostLikely(probabilities);
      const prompts = forms.map((form) => {
        const prompt = labelPrompt(task, text, facts, evidence.ofLabel(text, form));
        return [form, { system: prompt.system.text, user: userText(prompt) }] as const;
      });
      const estimate = probabilities[local] ?? 0;
      return {
        id,
        document: id,
        offset: 0,
        estimate,
        localRight: local === truth,
        prompts: Object.fromEntries(prompts),
      };
    });
  return { name: task.name, items };
}

export function userText({ user }: Prompt): string {
  return user.map(({ text }) => text).join('');
}

export function isLabelRight({ task, texts }: RecordedTask, id: string, answer: string): boolean {
  const text = texts.find((each) => each.id === id);
  return text !== undefined && parseLabel(answer, task.labels) === text.truth;
}
