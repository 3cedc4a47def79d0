// The remainder of a cut draft is cached. It is suggested where the shown part ends, without another request to a
// model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CachedAnswer, CompletionCache } from '../../src/completion/answer-cache.ts';
import { withRemainders } from '../../src/completion/local-drafts.ts';
import { decide } from '../../src/routing/decide.ts';
import { sentenceOf, shownCut } from '../../src/routing/decision.ts';
import type { Limits } from '../../src/routing/limits.ts';
import type { ScoredCut } from '../../src/routing/show.ts';
import { draft, ScriptedSpecialist } from '../fakes/specialist.ts';
import { ESTIMATES, limits } from '../routing/synthetic.ts';
import { Harness, query } from './harness.ts';

const atLimits = limits({ threshold: 0.6 });
const cuts = [
  { text: 'executeCommand', p: 0.95, next: { text: '(', p: 0.83 } },
  { text: 'executeCommand(rootCommand', p: 0.62, ends: 'unit', next: { text: ')', p: 0.9 } },
  { text: 'executeCommand(rootCommand)\n\tcheckError(err)', p: 0.38, ends: 'line' },
] as const;

function localDecision(of: readonly ScoredCut[], changes: Partial<Limits> = {}) {
  const input = { estimates: ESTIMATES, cuts: of, limits: { ...atLimits, ...changes }, expectedCharacters: 0 };
  return decide({ ...input, noCall: 'there is no large model' });
}

/** The cache after the first cut was shown. */
function cacheWithRemainders() {
  const at = query('\tx := ', '\n}\n');
  const decision = localDecision(cuts);
  const { text } = shownCut(decision) as { text: string };
  const answer: CachedAnswer = { text, source: 'specialist', model: 'n-gram', decision, savedUsd: 0 };
  const cache = new CompletionCache();
  const placed = withRemainders(at, answer, cuts, atLimits);
  for (const { query, answer } of placed) cache.put(query, answer);
  return { cache, placed };
}

test('the remainder is cached at the end of the shown part, with conditional probabilities', () => {
  const { cache, placed } = cacheWithRemainders();
  assert.deepEqual(
    placed.map(({ answer }) => answer.text),
    ['executeCommand', '(rootCommand', ')\n\tcheckError(err)'],
  );
  assert.deepEqual(
    placed.map(({ answer }) => shownCut(answer.decision)?.p.toFixed(2)),
    ['0.95', '0.65', '0.61'],
  );
  assert.equal(cache.get(query('\tx := exec', '\n}\n'))?.rest, 'uteCommand');
  const rest = cache.get(query('\tx := executeCommand', '\n}\n'));
  assert.equal(rest?.rest, '(rootCommand');
  assert.match(
    rest ? sentenceOf(rest.answer.decision) : '',
    /rest of an earlier draft\. Cut before `\)`, which is 90% sure/,
  );
  // The editor inserts the closing bracket for the typed one.
  assert.equal(cache.get(query('\tx := executeCommand(', ')\n}\n'))?.rest, 'rootCommand');
});

test('a remainder that does not fit or is below the threshold is not returned', () => {
  const { cache } = cacheWithRemainders();
  assert.equal(cache.get(query('\tx := executeQuery', '\n}\n')), undefined);
  const unsure = cuts.map((cut, i) => ({ ...cut, p: i === 0 ? cut.p : 0.5 }));
  const { answer, query: at } = cacheWithRemainders().placed[0] as ReturnType<
    typeof cacheWithRemainders
  >['placed'][number];
  assert.equal(withRemainders(at, answer, unsure, { threshold: 0.8 }).length, 1);
});

test('a line and its remainder replace the closing brackets after the cursor', async () => {
  const specialist = new ScriptedSpecialist(draft('rootCmd, second);\n  checkError(err);', 0.97));
  const h = new Harness({ specialist, llm: undefined, settings: { threshold: 0.5 } });
  const shown = await h.answer(query('const x = executeCommand(', ')\n'));
  assert.deepEqual([shown?.text, shown?.replaceLength], ['rootCmd, second);', 1]);
  assert.equal(specialist.queries[0]?.suffix, '\n', 'the closing bracket is not in the suffix');
  const along = await h.answer(query('const x = executeCommand(root', ')\n'));
  assert.deepEqual([along?.text, along?.replaceLength], ['Cmd, second);', 1]);
  // The closing bracket was typed over, and the rest is still the same suggestion.
  const past = await h.answer(query('const x = executeCommand(rootCmd, second)', '\n'));
  assert.deepEqual([past?.id, past?.text, past?.replaceLength], [along?.id, ';', undefined]);
  h.service.accepted(past?.id ?? '');
  assert.deepEqual(
    [specialist.queries.at(-1)?.prefix, specialist.queries.at(-1)?.suffix],
    ['const x = executeCommand(rootCmd, second);', '\n'],
  );
});

test('a remainder replaces a closing bracket only if the draft contains that bracket', () => {
  const at = query('x := run(', ')\n}\n');
  const past = [
    { text: 'rootCmd', p: 0.95, over: 0 },
    { text: 'rootCmd)', p: 0.8, over: 1 },
    { text: 'rootCmd); err != nil', p: 0.75, over: 1 },
  ];
  const decision = localDecision(past.slice(0, 1), { isManual: true });
  const answer: CachedAnswer = { text: 'rootCmd', source: 'specialist', model: 'n-gram', decision, savedUsd: 0 };
  const cache = new CompletionCache();
  for (const { query, answer: kept } of withRemainders(at, answer, past, { threshold: 0.5 })) cache.put(query, kept);
  const rest = cache.get(query('x := run(rootCmd', ')\n}\n'));
  assert.deepEqual([rest?.rest, rest?.answer.replaceLength], ['); err != nil', 1]);
  // The editor closes a typed bracket before the other closing brackets. The text contains both.
  cache.put(at, { ...answer, text: 'get(x)); err', replaceLength: 1 });
  const both = cache.get(query('x := run(get(', '))\n}\n'));
  assert.deepEqual([both?.rest, both?.replaceLength], ['x)); err', 2]);
});

test('if the API may answer too, both models complete the text before the closing brackets', async () => {
  const h = new Harness({ specialist: new ScriptedSpecialist(draft('rootCmd, second', 0.97)) });
  const shown = await h.answer(query('const x = executeCommand(', ')\n'));
  assert.deepEqual([shown?.text, shown?.replaceLength], ['rootCmd, second', undefined]);
  assert.equal(h.specialist.queries[0]?.suffix, ')\n');
});
