// What is learned of the user: the outcome of a suggestion, read from later text, and the pace of typing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../src/common/log.ts';
import { judge, ShownSuggestions } from '../../src/suggest/shown-suggestions.ts';
import type { CompletionEvent, Cursor } from '../../src/suggest/suggestion.ts';
import { TypingPace } from '../../src/suggest/typing-pace.ts';
import { ManualClock } from '../fakes/clock.ts';
import { query, suggestionOf } from './harness.ts';

const head = 'import { a } from "./a.ts";\n\nconst x = ';
const tail = '\nmore();\n';
const text = 'compute(first);';
const START = new ManualClock().monotonic();
const request = { query: query(head, tail), trigger: 'automatic', indentUnit: '  ' } as const;
const shown = { suggestion: suggestionOf([{ text, p: 0.5 }]), request, at: START };

const verdicts: [name: string, later: ReturnType<typeof query>, outcome: string][] = [
  ['the same position', query(head, tail), 'pending'],
  ['the first part typed', query(`${head}comp`, tail), 'pending'],
  ['the first part typed, and a bracket closed by the editor', query(`${head}compute(`, `)${tail}`), 'pending'],
  ['typed to the end', query(`${head}compute(first);`, tail), 'typed'],
  ['typed to the end, and the cursor on the next line', query(`${head}compute(first);\n`, tail), 'typed'],
  [
    'typed to the end, and the cursor above',
    query('import { a', ` } from "./a.ts";\n\nconst x = compute(first);${tail}`),
    'typed',
  ],
  ['typed to the end, and a line added above', query(`// new\n${head}compute(first);`, tail), 'typed'],
  ['something else typed', query(`${head}other`, tail), 'rejected'],
  ['the first two letters typed by chance', query(`${head}coN`, tail), 'rejected'],
  ['a large part of the suggestion typed', query(`${head}compute(second`, tail), 'typed'],
  ['the cursor moved down', query(`${head}\nmore();\n`, ''), 'ignored'],
  ['the cursor moved up', query('import { a', ` } from "./a.ts";\n\nconst x = ${tail}`), 'ignored'],
  ['another file', query('y', '', 'src/b.ts'), 'ignored'],
  ['the position no longer exists', query('all new', ''), 'ignored'],
];
for (const [name, later, outcome] of verdicts) {
  test(`${name}: ${outcome}`, () => assert.equal(judge(shown, later), outcome));
}

function tracked() {
  const clock = new ManualClock();
  const outcomes: string[] = [];
  /** Ids in the order of the shows, from 1. */
  const ids: string[] = [];
  const onEvent = (event: CompletionEvent) => {
    if (event.kind !== 'outcome') return;
    const { id, outcome, acceptedLength: taken } = event;
    outcomes.push(`${ids.indexOf(id) + 1} ${outcome}${taken === 0 ? '' : ` ${taken}`}`);
  };
  const tracker = new ShownSuggestions({ clock, log: silentLog, onEvent }, () => {});
  const show = () => {
    const cursor = { request, startedAt: START } as Cursor;
    ids.push(tracker.show(cursor, suggestionOf([{ text, p: 0.5 }])).id);
  };
  const accept = (nth: number) => tracker.accepted(ids[nth - 1] ?? '');
  show();
  return { clock, outcomes, tracker, show, accept };
}

test('each suggestion gets one verdict', async () => {
  const { clock, outcomes, tracker, show, accept } = tracked();
  await clock.advance(1000);
  tracker.observe(query(`${head}comp`, tail));
  tracker.observe(query(`${head}nope`, tail));
  tracker.observe(query(`${head}nope2`, tail));
  assert.deepEqual(outcomes, ['1 rejected']);
  assert.equal(accept(1), undefined);
  show();
  show();
  assert.equal(accept(3)?.query.prefix, head + text);
  assert.deepEqual(outcomes, ['1 rejected', '2 ignored', `3 accepted ${text.length}`]);
});

test('a suggestion that was visible too briefly to be read is ignored, not rejected', () => {
  const { outcomes, tracker } = tracked();
  tracker.observe(query(`${head}nope`, tail));
  assert.deepEqual(outcomes, ['1 ignored']);
});

test('partial accepts are added up, also if a full accept or other text follows', () => {
  const { outcomes, tracker, show, accept } = tracked();
  const [none, word, more] = ['', 'compute', 'compute(first'].map((text) => query(head + text, tail)) as [
    ReturnType<typeof query>,
    ReturnType<typeof query>,
    ReturnType<typeof query>,
  ];
  tracker.partAccepted(word, 7);
  tracker.partAccepted(more, 6);
  accept(1);
  assert.deepEqual(outcomes, ['1 partly-accepted 7', '1 partly-accepted 13', '1 accepted 15']);
  show();
  tracker.partAccepted(word, 7);
  tracker.observe(query(`${head}compute[0]`, tail));
  // A word of another provider, no word, and a word in another file are not counted.
  show();
  tracker.partAccepted(query(`${head}other`, tail), 5);
  tracker.partAccepted(none, 7);
  tracker.partAccepted(query('compute', '', 'src/b.ts'), 7);
  assert.deepEqual(outcomes.slice(3), ['2 partly-accepted 7']);
});

test('an accept counts only the characters that were not typed, also if it is reported after the text change', () => {
  const { outcomes, tracker, show, accept } = tracked();
  tracker.observe(query(`${head}comp`, tail));
  tracker.observe(query(`${head}compute(first);`, tail));
  assert.deepEqual(outcomes, ['1 typed']);
  accept(1);
  accept(1);
  assert.deepEqual(outcomes, ['1 typed', '1 accepted 11']);
  show();
  tracker.observe(query(`${head}comp`, tail));
  tracker.partAccepted(query(`${head}compute(`, tail), 3);
  accept(2);
  assert.deepEqual(outcomes.slice(2), ['2 partly-accepted 3', '2 accepted 10']);
});

test('on a change of file a large typed part counts as typed, and one or two letters as ignored', () => {
  const { outcomes, tracker, show } = tracked();
  tracker.observe(query(`${head}compute(`, `)${tail}`));
  tracker.observe(query('y', '', 'src/b.ts'));
  show();
  tracker.observe(query(`${head}compute`, tail));
  tracker.observe(query(`${head}co`, tail));
  tracker.observe(query('y', '', 'src/b.ts'));
  assert.deepEqual(outcomes, ['1 typed', '2 ignored']);
});

test("the time that is waited for an acceptance does not count the user's absences", () => {
  const pace = new TypingPace();
  for (let i = 0; i < 5; i++) pace.recordAcceptance(400);
  pace.recordAcceptance(60_000);
  pace.recordAcceptance(60_000);
  assert.equal(pace.acceptanceMs, 400);
});
