// The simulated typist of `bench -- typing` accepts right suggestions and pays for what it deletes of half right ones.
// Time passes only when the clock is advanced.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Editor } from '../../bench/common/editor.ts';
import { passagesOf, Writing } from '../../bench/common/typist.ts';
import { netOf, objectiveFigures, takenLength } from '../../bench/typing/objective.ts';
import { multiLineFigures, nothingTyped, typePassage } from '../../bench/typing/typist.ts';
import { VirtualClock } from '../../bench/typing/virtual-clock.ts';
import { type CompletionRequest, nothing } from '../../src/suggest/suggestion.ts';
import { suggestionOf } from '../suggest/harness.ts';

const text = Array.from({ length: 40 }, (_, i) => `const value${i} = read(${i}, "two");`).join('\n');
const passages = passagesOf([{ path: 'a.ts', text }], 3, 5, 1);

/** Types with a service that suggests immediately what `suggest` returns for the text that follows. */
async function typedWith(suggest: (left: string) => string, readingMs = 0) {
  const clock = new VirtualClock();
  const typed = nothingTyped();
  let id = 0;
  const service = {
    suggest: async ({ query }: CompletionRequest) => {
      const at = text.indexOf(query.prefix) + query.prefix.length;
      const suggested = suggest(text.slice(at));
      return suggested === ''
        ? nothing('nothing to show')
        : suggestionOf([{ text: suggested, p: 0.5 }], { id: String(++id) });
    },
    begin: () => {},
    warm: () => {},
    accepted: () => {},
  };
  const editor = new Editor({ clock, service, setOpenFile: () => {}, ahead: true });
  const work = async () => {
    for (const passage of passages) await typePassage(editor, clock, passage, 'typescript', typed, () => readingMs);
  };
  await clock.run(work());
  return { ...typed, ms: clock.monotonic() };
}

test('without suggestions every character is a key, and each key takes its time', async () => {
  const { keys, characters, written, judged, ms } = await typedWith(() => '');
  const expected = passages.reduce((sum, { length }) => sum + length, 0);
  assert.equal(characters, expected);
  assert.ok(keys <= characters && keys > 0.8 * characters, 'closing brackets and indents need no key');
  assert.deepEqual([written, judged.length], [0, 0]);
  assert.ok(ms > 100 * keys);
});

test('a suggestion is accepted when it has been read, less what was typed of it meanwhile', async () => {
  const line = (left: string) => left.split('\n', 1)[0] as string;
  const [atOnce, read, never] = [await typedWith(line), await typedWith(line, 1000), await typedWith(line, 60_000)];
  assert.ok(atOnce.written > read.written && read.written > 0, `${atOnce.written}, ${read.written}`);
  assert.equal(never.written, 0);
});

test('right suggestions are accepted as a whole; short ones and wrong ones are not accepted', async () => {
  const right = await typedWith((left) => left.split('\n', 1)[0] as string);
  assert.ok(right.written / right.characters > 0.6, String(right.written / right.characters));
  assert.ok(right.judged.every((each) => each.right));
  const short = await typedWith((left) => left.slice(0, 2));
  assert.equal(short.written, 0);
  const wrong = await typedWith(() => 'nothing like it');
  assert.equal(wrong.written, 0);
  assert.ok(wrong.judged.length > 0 && wrong.judged.every((each) => !each.right));
});

test('a pause counts as shown if a text can be seen in it, and again if ten right characters come', async () => {
  const none = await typedWith(() => '');
  assert.ok(none.pauses >= passages.length && none.pauses < none.keys / 4, `${none.pauses} of ${none.keys} keys`);
  assert.deepEqual([none.shownPauses, none.tenCharacterPauses], [0, 0]);
  const long = await typedWith((left) => left.split('\n', 1)[0] as string);
  assert.ok(long.tenCharacterPauses > 0 && long.tenCharacterPauses <= long.shownPauses);
  const short = await typedWith((left) => left.slice(0, 9));
  assert.ok(short.shownPauses > 0);
  assert.equal(short.tenCharacterPauses, 0);
});

test('the net characters are those taken in words, less the key, the glance and what a wrong text costs', () => {
  const text = 'realm: options.realm,';
  assert.equal(takenLength(text, text.length), text.length);
  assert.equal(takenLength(text, 'realm: opt'.length), 'realm: '.length);
  assert.equal(takenLength(text, 'realm: options.re'.length), 'realm: options.'.length);
  assert.equal(takenLength('nil', 2), 0);
  assert.deepEqual([netOf(12), netOf(0)], [10, -5]);
  const figures = objectiveFigures({
    ...nothingTyped(),
    judged: [
      { right: true, taken: 12 },
      { right: false, taken: 4 },
      { right: false, taken: 0 },
    ] as never,
    ...{ characters: 80, written: 12, keys: 70, pauses: 4, shownPauses: 2, tenCharacterPauses: 1 },
  });
  assert.deepEqual(figures, {
    'net-characters-per-100-keys': 10,
    'characters-written-share': 0.15,
    keys: 70,
    'shown-per-100-pauses': 50,
    'wrong-share': 2 / 3,
    'ten-character-pauses': 1,
  });
});

test('a suggestion with a wrong end is accepted if most of it is right, and deleting the end is counted', async () => {
  const half = await typedWith((left) => `${left.slice(0, 10)}!!`);
  const taken = half.judged.filter(({ ghost }) => ghost.shown.taken);
  assert.ok(taken.length > 0 && half.judged.every((each) => !each.right));
  assert.ok(half.written > 0 && half.written <= 8 * taken.length);
  assert.equal((await typedWith((left) => `${left.slice(0, 5)}!!!!!!!!`)).written, 0);
});

test('suggestions with several lines are counted, and those of them that are right to the end', async () => {
  const lines = (left: string, count: number) => left.split('\n').slice(0, count).join('\n');
  const sharesOf = async (suggest: (left: string) => string) =>
    Object.values(multiLineFigures((await typedWith(suggest)).judged));
  assert.deepEqual(await sharesOf((left) => lines(left, 1)), [0, 0]);
  assert.deepEqual(await sharesOf((left) => lines(left, 3)), [1, 1]);
  assert.deepEqual(await sharesOf((left) => `${lines(left, 1)}\nwrong();`), [1, 0]);
});

test('a virtual clock stands still during computations, and fails if no timer is left', async () => {
  const clock = new VirtualClock();
  const order: number[] = [];
  await clock.run(
    Promise.all([
      clock.sleep(20).then(() => order.push(clock.monotonic())),
      clock.work(() => new Promise<void>((resolve) => setImmediate(resolve))).then(() => order.push(clock.monotonic())),
      clock.sleep(10).then(() => order.push(clock.monotonic())),
    ]),
  );
  assert.deepEqual(order, [0, 10, 20]);
  await assert.rejects(clock.run(new Promise(() => {})), /Time stands still/);
});

test('inserted text replaces the bracket that the editor has closed', () => {
  const writing = new Writing('', '\n', 'f(a); g();');
  writing.press();
  writing.press();
  assert.deepEqual(writing.document, { prefix: 'f(', suffix: ')\n' });
  writing.insert(3, 1);
  assert.deepEqual(writing.document, { prefix: 'f(a);', suffix: '\n' });
});

test('the editor goes on with a comment of TypeScript, and closes no quote in Markdown', () => {
  const lines = '/**\n * a';
  const written = (languageId: string) => {
    const writing = new Writing('', '', lines, languageId);
    for (let i = 0; i < 4; i++) writing.press();
    return writing.document.prefix;
  };
  assert.equal(written('typescript'), '/**\n * ');
  assert.equal(written('go'), '/**\n ');
  const quote = new Writing('', '', "'a'", 'markdown');
  quote.press();
  assert.deepEqual(quote.document, { prefix: "'", suffix: '' });
  const docstring = new Writing('', '', '"""A', 'python');
  for (let i = 0; i < 3; i++) docstring.press();
  assert.deepEqual(docstring.document, { prefix: '"""', suffix: '' });
});

test('inserted text closes no brackets', () => {
  const writing = new Writing('', '\n', 'f(a);');
  writing.press();
  writing.press();
  assert.deepEqual(writing.document, { prefix: 'f(', suffix: ')\n' });
  writing.insert(1);
  assert.deepEqual(writing.document, { prefix: 'f(a', suffix: ')\n' });
  writing.press();
  assert.deepEqual(writing.document, { prefix: 'f(a)', suffix: '\n' });
});
