// The life of a next edit without an editor: what is searched for, decided on and offered, and what becomes of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../src/common/log.ts';
import type { NextEditsDeps, Present } from '../../src/edits/editor.ts';
import { type Edit, type EditOrigin, type NextEdit, nextEdit } from '../../src/edits/history/edit.ts';
import { REST_MS } from '../../src/edits/large-model/place.ts';
import { NextEdits } from '../../src/edits/next-edit.ts';
import { decideEdits, type EditConditions } from '../../src/routing/decide.ts';
import { edit } from './support.ts';

const PATH = 'src/a.ts';
const TEXT = 'one();\ntwo();\nthree();\n';
const repeats: EditOrigin = { kind: 'repeats' };
const fix: EditOrigin = { kind: 'fix', title: 'Fix' };

/** A word of the text replaced. */
function editOf(word: string, text: string, probability = 0.9, rule = word, origin = repeats): NextEdit {
  const start = TEXT.indexOf(word);
  const change = { start, end: start + word.length, text };
  const found = { origin, rule, learnedFrom: [], left: 1, probability, least: 0.5 };
  return nextEdit({ path: PATH, text: TEXT }, change, found);
}

const usual: EditConditions = { ignored: [], showsLines: true, isSilent: false };
const [a, b, unsure, long, lines] = [
  editOf('one', 'a', 0.9),
  editOf('two', 'b', 0.8),
  editOf('two', 'c', 0.4),
  editOf('one', 'x'.repeat(121), 0.9),
  editOf('three', 'b\nc', 0.7),
];
/** Lists of different origins, the conditions, and what may be offered. */
const decisions: readonly [what: string, lists: NextEdit[][], at: Partial<EditConditions>, offered: NextEdit[]][] = [
  ['the likeliest comes first, whatever has found it', [[b], [a]], {}, [a, b]],
  ['one that is less sure than its origin needs is left out', [[unsure, a]], {}, [a]],
  ['one that cannot be shown whole is left out', [[long, b]], {}, [b]],
  ['new lines need ghost text', [[lines, b]], { showsLines: false }, [b]],
  ['of two lists that change the same text the likelier counts', [[a], [editOf('one', 'z', 0.8), b]], {}, [a, b]],
  ['also if that is ignored', [[a], [editOf('one', 'z', 0.8)]], { ignored: [a.rule] }, []],
  ['an ignored place is left out', [[a, b]], { ignored: [b.place] }, [a]],
  ['in the pause after two dismissals there is none', [[a, b]], { isSilent: true }, []],
];
for (const [what, lists, at, offered] of decisions)
  test(`decision: ${what}`, () => assert.deepEqual(decideEdits(lists, { ...usual, ...at }), offered));

const present: Present<{ readonly key: string }> = {
  folder: { key: 'f' },
  edits: [edit({})],
  documents: [{ path: PATH, text: TEXT }],
  line: { path: PATH, line: 0 },
  errors: [],
};

function life(over: Partial<NextEditsDeps<{ readonly key: string }>> = {}) {
  const outcomes: string[] = [];
  const edits = new NextEdits({
    present: () => present,
    repeated: async () => [a, b],
    sources: [],
    askedPlace: () => undefined,
    follow: async () => 'the large model knows no edit',
    onFollowed: () => {},
    cursor: () => undefined,
    showsLines: () => true,
    draw: () => {},
    onOutcome: ({ replacement }, outcome) => outcomes.push(`${replacement} ${outcome}`),
    log: silentLog,
    ...over,
  });
  return { edits, outcomes, current: () => edits.offered.current?.replacement };
}

test('what is found is offered, and an offer that is not found again is ignored', async () => {
  let found = [a, b];
  const { edits, outcomes, current } = life({ repeated: async () => found });
  await edits.search.run();
  assert.equal(current(), 'a');
  found = [b];
  await edits.search.run();
  assert.deepEqual([current(), outcomes], ['b', ['a ignored']]);
  edits.dispose();
});

test('two dismissed edits are not offered again, and end offers for a while', async () => {
  const { edits, outcomes, current } = life();
  await edits.search.run();
  assert.equal(edits.dismiss(), false);
  await edits.search.run();
  assert.equal(current(), 'b');
  assert.equal(edits.dismiss(), true);
  await edits.search.run();
  assert.deepEqual([current(), outcomes], [undefined, ['a rejected', 'b rejected']]);
  edits.dispose();
});

const removed = (text: string, time: number) => edit({ removed: text, time });
const [earlier, last] = [removed('five();', 1), removed('four();', 2)];
/** The last edits, what a rule has learned from, and what is offered first of its edit and of a likelier fix. */
const afterDeletions: readonly [what: string, edits: Edit[], learnedFrom: Edit[], first: string | undefined][] = [
  ['nothing, if it is the only edit', [last], [last], undefined],
  ['nothing that other edits have taught', [earlier, last], [earlier, earlier], undefined],
  ['what repeats it', [earlier, last], [last, earlier], 'a'],
  ['anything, if something was typed with it', [last, edit({ inserted: 'x', time: 2 })], [], 'fixed'],
  ['anything, if something was typed later', [last, edit({ inserted: 'x', time: 3 })], [], 'fixed'],
];
for (const [what, made, learnedFrom, first] of afterDeletions)
  test(`after a deletion is offered: ${what}`, async () => {
    let asked = 0;
    const { edits, current } = life({
      present: () => ({ ...present, edits: made }),
      // As another thread returns it.
      repeated: async () => [structuredClone({ ...a, learnedFrom })],
      sources: [{ edits: () => [editOf('two', 'fixed', 0.95, 'fix', fix)] }],
      askedPlace: () => void asked++,
    });
    await edits.search.run();
    assert.equal(current(), first);
    if (first === undefined) await sleep(REST_MS + 100);
    assert.equal(asked, 0);
    edits.dispose();
  });

/** Of another place: the same rule with another number of places left, or the same change. */
const elsewhere = (edit: NextEdit): NextEdit => ({ ...edit, path: 'src/b.ts', place: 'elsewhere', left: 2 });
const follows: EditOrigin = { kind: 'follows', model: 'large', latencyMs: 1, costUsd: 0 };
for (const origin of [fix, { kind: 'rename', name: 'one' }, repeats, follows] satisfies EditOrigin[])
  test(`a dismissed edit is not offered elsewhere: ${origin.kind}`, async () => {
    const dismissed = editOf('one', 'a', 0.9, 'rule', origin);
    let found = [dismissed];
    const { edits, current } = life({ repeated: async () => [], sources: [{ edits: () => found }] });
    await edits.search.run();
    edits.dismiss();
    found = [elsewhere(dismissed)];
    await edits.search.run();
    assert.equal(current(), undefined);
    found = [{ ...elsewhere(dismissed), rule: 'another rule' }];
    await edits.search.run();
    assert.equal(current(), undefined);
    found = [{ ...elsewhere(dismissed), rule: 'another example', learnedFrom: [edit({ time: 1 })] }];
    await edits.search.run();
    assert.equal(current(), 'a');
    edits.dispose();
  });

for (const isTaken of [true, false])
  test(`a fix that was ${isTaken ? 'taken' : 'shown without being taken'} twice is offered ${isTaken ? 'again' : 'no more'}`, async () => {
    let made = [edit({})];
    const fixes = [editOf('one', 'a', 0.9, 'fix', fix)];
    const { edits, current } = life({
      present: () => ({ ...present, edits: made }),
      ...{ repeated: async () => [], sources: [{ edits: () => fixes }] },
    });
    for (let time = 1; time < 4; time++) {
      await edits.search.run();
      assert.equal(current(), isTaken || time < 3 ? 'a' : undefined);
      const { current: offer } = edits.offered;
      if (isTaken && offer) edits.judged(offer, true);
      made = [...made, edit({ time })];
      // Another line.
      fixes.splice(0, 1, { ...editOf('one', 'a', 0.9, 'fix', fix), place: `${time}` });
    }
    edits.dispose();
  });

test('a failed search for repeated edits offers what others have found, and nothing earlier', async () => {
  let isFailing = false;
  const repeated = () => (isFailing ? Promise.reject(new Error('the worker has ended')) : Promise.resolve([a]));
  const source = { edits: () => (isFailing ? [editOf('two', 'fixed', 0.6, 'fix', fix)] : []) };
  const { edits, current } = life({ repeated, sources: [source] });
  await edits.search.run();
  isFailing = true;
  await edits.search.run();
  assert.equal(current(), 'fixed');
  edits.dispose();
});

test('a search after typing is waited for until it ends, the repeated one is not', async () => {
  const { edits } = life({ repeated: async () => [] });
  const { search } = edits;
  const states: boolean[] = [];
  const note = () => states.push(search.isWaiting);
  search.soon();
  note();
  const done = search.finish();
  note();
  await done;
  note();
  search.soon();
  note();
  edits.dispose();
  assert.deepEqual(states, [true, true, false, true]);
});
