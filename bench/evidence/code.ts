// The prompts at recorded cursors, an arm a form of the request, and who was right there.
import { createHash } from 'node:crypto';
import type { CompletionPosition, Draft } from '../../src/common/completion.ts';
import { defaultModel, modelFacts } from '../../src/llm/providers/anthropic.ts';
import { cleanAnswer, parseAnswer } from '../../src/prompts/completion/clean.ts';
import { matchesTruth } from '../../src/prompts/completion/completion-position.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import {
  bareRequestAt,
  type EstimatedDraft,
  type LlmRequest,
  REQUEST_SNIPPETS,
  requestAt,
} from '../../src/prompts/completion/llm-request.ts';
import { positionFactsOf } from '../../src/routing/features.ts';
import { fitRouter, score } from '../../src/routing/fit.ts';
import type { RouterModel } from '../../src/routing/router-model.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { draftPackage } from '../adapt/positions.ts';
import { untrained } from '../adapt/specialists.ts';
import { sample } from '../base/prepare.ts';
import type { Base } from '../base/types.ts';
import { withEngines } from '../common/engines.ts';
import type { PackageFile } from '../common/packages.ts';
import { askedAt, type RecordedPosition, type Recording } from '../common/recordings.ts';
import { samplePositions } from '../common/sampled-positions.ts';
import { complete } from '../ngram/main.ts';
import { userText } from './texts.ts';
import type { EvidenceItem, EvidencePrompt, EvidenceSet } from './types.ts';

const facts = modelFacts(defaultModel);
const CALIBRATED = 200;

/** Recorded cursors of one package, under the name of the set. */
export interface CodeRecording {
  readonly name: string;
  readonly recording: Recording;
}

/** Cursors of the set on which the forms are chosen. */
const CHOICE = 80;

/** Each recording, and where it has answers in files that may be learned from, these as a set to choose on. */
export function codeRecordings(recordings: readonly Recording[]): CodeRecording[] {
  return recordings.flatMap((recording) => {
    const name = setOf(recording);
    const { taught, others } = recording;
    if (taught.length === 0) return [{ name, recording }];
    const files = new Set(taught.map(({ path }) => path));
    const choice = {
      ...recording,
      places: sample(taught, CHOICE),
      others: others.filter(({ path }) => !files.has(path)),
    };
    return [
      { name, recording },
      { name: `${name}-choice`, recording: choice },
    ];
  });
}

const setOf = ({ package: spec, kind }: Pick<Recording, 'package' | 'kind'>) =>
  kind === 'renamed' ? 'renamed' : spec.replace(/^@/, '').replace(/@.*$/, '').replaceAll('/', '-');

export function idOf(set: string, { path, prefix }: Pick<RecordedPosition, 'path' | 'prefix'>): string {
  return createHash('sha256').update(`${set} ${path} ${prefix.length}`).digest('hex').slice(0, 8);
}

/** Drafts by the base with the n-grams of the files that no recording names; estimates fitted on more such files. */
export async function codeSet(
  { name: set, recording }: CodeRecording,
  base: Base,
  scratch: string,
): Promise<EvidenceSet> {
  const made = untrained(base, recording);
  const positions = recording.places;
  const own = await withEngines((engines) => draftPackage(engines, base, { recording, positions }, made, scratch));
  const fit = fitRouter(own.calibration);
  const index = NgramModel.build(recording.others, base.tokenizer);
  const ngramFit = fitNgramRouter(NgramModel.build(made.train, base.tokenizer), made.held);
  const items = positions.map((position, i): EvidenceItem => {
    const { draft, position: at, specialistRight } = own.recorded[i] as (typeof own.recorded)[number];
    const asked = askedAt(position);
    const { query } = asked;
    const draftOf = (of: Draft, router: RouterModel): EstimatedDraft[] =>
      of.text === '' ? [] : [{ text: of.text, estimate: score(router, of, at).pSpecialist }];
    const drafts = draftOf(draft, fit);
    const ngram = complete(index, position);
    const both = ngram.text === draft.text ? drafts : [...drafts, ...draftOf(ngram, ngramFit)];
    const snippets = index.snippets(query, REQUEST_SNIPPETS);
    const guided = index.snippets({ ...query, prefix: query.prefix + draft.text }, REQUEST_SNIPPETS);
    return {
      id: idOf(set, position),
      document: position.path,
      offset: position.prefix.length,
      estimate: drafts[0]?.estimate ?? 0,
      localRight: specialistRight,
      prompts: {
        bare: textOf(bareRequestAt(asked)),
        snippets: textOf(requestAt(asked, snippets, [])),
        informed: textOf(requestAt(asked, snippets, drafts)),
        'two-drafts': textOf(requestAt(asked, snippets, both)),
        'guided-snippets': textOf(requestAt(asked, guided, drafts)),
      },
    };
  });
  return { name: set, items };
}

/** The estimate of the n-grams' own drafts, on files that the index lacks. */
function fitNgramRouter(index: NgramModel, held: readonly PackageFile[]): RouterModel {
  const examples = samplePositions(held, CALIBRATED, 1).map((position) => {
    const asked = askedAt(position);
    const draft = complete(index, position);
    const specialistRight = matchesTruth(draft.text, position.truth);
    return { path: position.path, draft, position: positionFactsOf(asked.query), specialistRight };
  });
  return fitRouter(examples);
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
