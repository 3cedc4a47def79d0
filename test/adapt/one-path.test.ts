// The router is fitted on the same drafts and features that are used when a completion is served.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { evaluate } from '../../src/adapt/evaluate.ts';
import { labelRequest } from '../../src/adapt/labels.ts';
import type { ScoredPosition } from '../../src/adapt/positions/scored-positions.ts';
import type { Specialist } from '../../src/common/completion.ts';
import { unwrap } from '../../src/common/errors.ts';
import { queryOf } from '../../src/prompts/completion/completion-position.ts';
import { type CursorExample, cursorExamples } from '../../src/prompts/completion/cursor-examples.ts';
import { cutsOf } from '../../src/prompts/completion/cuts.ts';
import { fitRouter, score, scoreCuts } from '../../src/routing/fit.ts';
import { bestCut } from '../../src/routing/show.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import type { Suggester } from '../../src/suggest/suggester.ts';
import { confidenceOf, isNothing, type Nothing, type Suggestion } from '../../src/suggest/suggestion.ts';
import { kindOf, languageIdOf } from '../../src/text/languages.ts';
import { indentUnitOf } from '../../src/text/lines.ts';
import { loadTokenizer } from '../../src/text/tokenizer/load.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { Harness } from '../suggest/harness.ts';
import { tokenizerPath } from './project.ts';

const root = join(import.meta.dirname, '../..');
const filesIn = (folder: string, wanted: RegExp) =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map(({ name }) => ({ path: join(folder, name), text: readFileSync(join(root, folder, name), 'utf8') }));
const indexedFiles = [
  ...filesIn('src/adapt', /\.ts$/),
  ...filesIn('src/llm', /\.ts$/),
  ...filesIn('models/pretrain', /\.py$/),
  ...filesIn('media', /\.(css|md)$/),
];
const completedFiles = [
  ...filesIn('src/suggest', /^(suggester|in-flight-calls)\.ts$/),
  ...filesIn('models/pretrain', /^(data|model)\.py$/),
  ...filesIn('.', /^(CONTRIBUTING|ARCHITECTURE)\.md$/),
  ...filesIn('.', /^(package|tsconfig)\.json$/),
  // A document longer than a query.
  {
    path: 'src/long.ts',
    text: indexedFiles
      .filter(({ path }) => path.endsWith('.ts'))
      .map(({ text }) => text)
      .join('\n'),
  },
];
/** The same files with tabs instead of spaces. */
const filesWithTabs = completedFiles
  .filter(({ path }) => extname(path) === '.ts')
  .map(({ path, text }) => ({ path: `tabs/${path}`, text: text.replaceAll('  ', '\t') }));

const tokenizer = unwrap(loadTokenizer(JSON.parse(readFileSync(tokenizerPath, 'utf8'))));
const index = NgramModel.build(
  indexedFiles.filter(({ path }) => !completedFiles.some((each) => each.path === path)),
  tokenizer,
);
const positions = [...completedFiles, ...filesWithTabs].flatMap((file) => {
  const languageId = languageIdOf(file.path);
  return cursorExamples({ ...file, languageId, kind: kindOf(languageId) }, { max: 10, seed: 1 });
});
const scored: readonly ScoredPosition[] = await evaluate(index, positions);
const fit = fitRouter(
  scored.map(({ example: { path }, draft, facts: position, right }) => ({
    path,
    draft,
    position,
    specialistRight: right,
  })),
);

/** Completes as the editor does: the document lacks the true text at the position, and the user asks by key. */
function served({ prefix, suffix, path, languageId }: CursorExample): Promise<Suggestion | Nothing> {
  const shown = service().suggest(
    {
      query: queryOf(prefix + suffix, prefix.length, path, languageId),
      trigger: 'manual',
      indentUnit: indentUnitOf(prefix + suffix),
    },
    new AbortController().signal,
  );
  // No next edit is offered here.
  return shown as Promise<Suggestion | Nothing>;
}

function service(api?: ScriptedLlm): Suggester {
  const own: Pick<Specialist, 'complete' | 'snippets'> = {
    complete: async (query, options) => index.complete(query, options),
    snippets: async (query, options) => index.snippets(query, options),
  };
  const specialist = Object.assign(new ScriptedSpecialist(), own);
  const settings = { balance: 1, threshold: 0, apiAllowed: api !== undefined };
  return new Harness({ specialist, llm: api, router: fit, settings }).service;
}

test('fits the router on the served drafts, with the same text and confidence', async () => {
  assert.ok(scored.length >= 50, `${scored.length} positions`);
  for (const { example, draftPosition: asked, draft, facts: position } of scored) {
    const shown = await served(example);
    const where = `${example.path}:${example.line + 1}:${example.column + 1}`;
    const cuts = scoreCuts(fit, cutsOf(draft, asked), position);
    const best = bestCut(cuts, { threshold: 0, isManual: true });
    assert.equal(isNothing(shown) ? '' : shown.text, best?.text ?? '', where);
    if (isNothing(shown)) continue;
    assert.equal(confidenceOf(shown), best?.p, where);
    assert.equal(shown.decision.pSpecialist, score(fit, draft, position).pSpecialist, where);
  }
});

test("labels use the editor's request, with the local draft", async () => {
  for (const { example } of scored.slice(0, 20)) {
    const query = queryOf(example.prefix + example.suffix, example.prefix.length, example.path, example.languageId);
    const request = { query, trigger: 'manual', indentUnit: indentUnitOf(query.prefix + query.suffix) } as const;
    const asks = await service(new ScriptedLlm()).preview(request, new AbortController().signal);
    assert.deepEqual(labelRequest(example, index, asks.drafts), { ...asks, oneOff: true });
  }
});
