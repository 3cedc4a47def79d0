// What is learned of the user: the outcome of a suggestion, read from later text, and the pace of typing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, OutcomeTracker } from '../../src/suggest/shown-suggestions.ts';
import { TypingPace } from '../../src/suggest/typing-pace.ts';
import { ManualClock } from '../fakes/clock.ts';
import { query, suggestionOf } from './harness.ts';

const head = 'import { a } from "./a.ts";\n\nconst x = ';
const tail = '\nmore();\n';
const text = 'compute(first);';
const START = new ManualClock().monotonic();
const request = { query: query(head, tail), trigger: 'automatic', indentUnit: '  ' } as const;
const shownAs = (id: string) => ({ suggestion: suggestionOf([{ text, p: 0.5 }], { id }), request, at: START });

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
  test(`${name}: ${outcome}`, () => assert.equal(judge(shownAs('1'), later), outcome));
}

function tracked() {
  const clock = new ManualClock();
  const outcomes: string[] = [];
  const tracker = new OutcomeTracker(clock, (id, outcome, taken) =>
    outcomes.push(taken === 0 ? `${id} ${outcome}` : `${id} ${outcome} ${taken}`),
  );
  tracker.shown(shownAs('1'));
  return { clock, outcomes, tracker };
}

test('each suggestion gets one verdict', async () => {
  const { clock, outcomes, tracker } = tracked();
  await clock.advance(1000);
  tracker.observe(query(`${head}comp`, tail));
  tracker.observe(query(`${head}nope`, tail));
  tracker.observe(query(`${head}nope2`, tail));
  assert.deepEqual(outcomes, ['1 rejected']);
  assert.equal(tracker.accepted('1'), undefined);
  tracker.shown(shownAs('2'));
  tracker.shown(shownAs('3'));
  assert.equal(tracker.accepted('3')?.suggestion.text, text);
  assert.deepEqual(outcomes, ['1 rejected', '2 ignored', `3 accepted ${text.length}`]);
});

test('a suggestion that was visible too briefly to be read is ignored, not rejected', () => {
  const { outcomes, tracker } = tracked();
  tracker.observe(query(`${head}nope`, tail));
  assert.deepEqual(outcomes, ['1 ignored']);
});

test('partial accepts are added up, also if a full accept or other text follows', () => {
  const { outcomes, tracker } = tracked();
  const [none, word, more] = ['', 'compute', 'compute(first'].map((text) => query(head + text, tail)) as [
    ReturnType<typeof query>,
    ReturnType<typeof query>,
    ReturnType<typeof query>,
  ];
  tracker.partAccepted(word, 7);
  tracker.partAccepted(more, 6);
  tracker.accepted('1');
  assert.deepEqual(outcomes, ['1 partly-accepted 7', '1 partly-accepted 13', '1 accepted 15']);
  tracker.shown(shownAs('2'));
  tracker.partAccepted(word, 7);
  tracker.observe(query(`${head}compute[0]`, tail));
  // A word of another provider, no word, and a word in another file are not counted.
  tracker.shown(shownAs('3'));
  tracker.partAccepted(query(`${head}other`, tail), 5);
  tracker.partAccepted(none, 7);
  tracker.partAccepted(query('compute', '', 'src/b.ts'), 7);
  assert.deepEqual(outcomes.slice(3), ['2 partly-accepted 7']);
});

test('an accept counts only the characters that were not typed, also if it is reported after the text change', () => {
  const { outcomes, tracker } = tracked();
  tracker.observe(query(`${head}comp`, tail));
  tracker.observe(query(`${head}compute(first);`, tail));
  assert.deepEqual(outcomes, ['1 typed']);
  tracker.accepted('1');
  tracker.accepted('1');
  assert.deepEqual(outcomes, ['1 typed', '1 accepted 11']);
  tracker.shown(shownAs('2'));
  tracker.observe(query(`${head}comp`, tail));
  tracker.partAccepted(query(`${head}compute(`, tail), 3);
  tracker.accepted('2');
  assert.deepEqual(outcomes.slice(2), ['2 partly-accepted 3', '2 accepted 10']);
});

test('on a change of file a large typed part counts as typed, and one or two letters as ignored', () => {
  const { outcomes, tracker } = tracked();
  tracker.observe(query(`${head}compute(`, `)${tail}`));
  tracker.observe(query('y', '', 'src/b.ts'));
  tracker.shown(shownAs('2'));
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
