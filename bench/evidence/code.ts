// The prompts at recorded cursors, an arm a form of the request, and who was right there.

import { createHash } from 'node:crypto';
import { defaultModel, modelFacts } from '../../src/llm/providers/anthropic-models.ts';
import { cleanAnswer } from '../../src/prompts/completion/clean.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { matchesTruth } from '../../src/prompts/completion/judge.ts';
import {
  bareRequestAt,
  type LlmRequest,
  REQUEST_SNIPPETS,
  requestAt,
} from '../../src/prompts/completion/llm-request.ts';
import { parseAnswer } from '../../src/prompts/completion/parse-answer.ts';
import type { CompletionPosition } from '../../src/prompts/completion/types.ts';
import { fitRouter, score } from '../../src/routing/fit.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { draftPackage } from '../adapt/positions.ts';
import { untrained } from '../adapt/specialists.ts';
import type { Base } from '../base/types.ts';
import { withEngines } from '../common/engines.ts';
import { askedAt, type RecordedPosition, type Recording } from '../common/recordings.ts';
import { userText } from './texts.ts';
import type { EvidenceItem, EvidencePrompt, EvidenceSet } from './types.ts';

const facts = modelFacts(defaultModel);

export const setOf = ({ package: spec, kind }: Pick<Recording, 'package' | 'kind'>) =>
  kind === 'renamed' ? 'renamed' : spec.replace(/^@/, '').replace(/@.*$/, '').replaceAll('/', '-');

export function idOf(set: string, { path, prefix }: Pick<RecordedPosition, 'path' | 'prefix'>): string {
  return createHash('sha256').update(`${set} ${path} ${prefix.length}`).digest('hex').slice(0, 8);
}

/** Drafts by the base with the n-grams of the files that no recording names; estimates fitted on more such files. */
export async function codeSet(recording: Recording, base: Base, scratch: string): Promise<EvidenceSet> {
  const set = setOf(recording);
  const package_ = await withEngines((engines) =>
    draftPackage(engines, base, { recording, positions: recording.places }, untrained(base, recording), scratch),
  );
  const fit = fitRouter(package_.calibration, { now: 0 });
  const index = NgramModel.build(recording.others, base.tokenizer);
  const items = recording.places.map((position, i): EvidenceItem => {
    const { draft, position: at, specialistRight } = package_.recorded[i] as (typeof package_.recorded)[number];
    const asked = askedAt(position);
    const { query } = asked;
    const estimate = score(fit, draft, at).pSpecialist;
    const drafts = draft.text === '' ? [] : [{ text: draft.text, estimate }];
    const snippets = index.snippets(query, REQUEST_SNIPPETS);
    const guided = index.snippets({ ...query, prefix: query.prefix + draft.text }, REQUEST_SNIPPETS);
    return {
      id: idOf(set, position),
      document: position.path,
      offset: position.prefix.length,
      estimate: draft.text === '' ? 0 : estimate,
      localRight: specialistRight,
      prompts: {
        bare: textOf(bareRequestAt(asked)),
        snippets: textOf(requestAt(asked, snippets, [])),
        informed: textOf(requestAt(asked, snippets, drafts)),
        guided: textOf(requestAt(asked, guided, drafts)),
        draft: textOf(requestAt(asked, [], drafts)),
      },
    };
  });
  return { name: set, items };
}

function textOf(request: LlmRequest): EvidencePrompt {
  const prompt = completionPrompt(request, facts);
  return { system: prompt.system.text, user: userText(prompt) };
}

/** Whether an answer, as it came, is the author's line as the product would show it. */
export function isRightAt(position: RecordedPosition, answer: string): boolean {
  const asked: CompletionPosition = askedAt(position);
  const text = cleanAnswer(parseAnswer(answer, requestAt(asked, [], [])), asked);
  return matchesTruth(text.split('\n')[0] as string, position.truth);
}
