// Twenty everyday changes whose consequence differs in text, at the default balance: what the large model's recorded
// answer writes is offered, and applied with the keys of the hint. After three others, nothing is drawn.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { changes, type EverydayChange, idOf, promptOf, recordedAnswers, textWith, typedPlace } from './meaning.ts';
import { apiKey, startSession } from './session.ts';

/** Of the twenty: 17 were, of which one may come late on a slow machine. */
const leastRight = 16;

const session = await startSession(
  // No other suggestion takes the Tab key. The threshold of a paid answer and the balance stay at their defaults.
  { 'easyAdaptation.minimumConfidence': 1, 'easyAdaptation.baseModel': 'none' },
  { files: Object.fromEntries(changes.map(({ path, before }) => [path, before])) },
);
const { api, editor, project, step } = session;

const answers = recordedAnswers();
assert.deepEqual([...answers.keys()].sort(), changes.map(idOf).sort());
const answerOf = (change: EverydayChange) => answers.get(idOf(change)) as string;
/** The part of a prompt that no change of another file alters. */
const latestIn = (prompt: string) => prompt.slice(prompt.indexOf('<latest>\n'));
/** By the prompt that the answer was recorded for. */
const answered = new Map(changes.map((change) => [latestIn(promptOf(change).user), answerOf(change)]));
api.answerTexts((prompt) => answered.get(latestIn(prompt)) ?? '<none/>');
// What completes at the cursor is another test's matter.
api.answerWith('');

/** Why no edit of the large model was offered, oldest first. */
const refusals = () => session.logged().match(/(?<=No edit by the large model: ).*/g) ?? [];

/** Types a change, and waits until an edit is offered, or until the log says why there is none, which it returns. */
async function refusalAfter({ path, before, typed }: EverydayChange): Promise<string | undefined> {
  await editor.typeOver(path, before, typed.old, typed.text);
  // Earlier ones are about earlier pauses.
  const { length } = refusals();
  return editor.eventually('an edit, or why there is none', async () => {
    if ((await editor.decorations()).length > 0) return undefined;
    const reason = refusals()[length];
    assert.ok(reason !== undefined);
    return reason;
  });
}

/** Presses the keys that the hint names, to the edit and to apply it. */
async function apply(): Promise<void> {
  for (const pattern of [/^(?:Tab|Alt\+Enter): next edit, line \d+$/, /^(?:Tab|Alt\+Enter): apply\b/]) {
    const [key = ''] = (await editor.hint(pattern)).split(':');
    await editor.page.keyboard.press(key);
  }
}

step('the large model may be asked in the folder', async () => {
  await editor.ready();
  await editor.setKey(apiKey);
  await editor.allowFolder();
  await editor.command('Developer: Set Log Level...');
  await editor.quickRow('Easy Adaptation').click();
  await editor.quickRow('Debug').click();
});

const demanding = changes.filter(({ goal }) => goal !== undefined);
/** Changes after which nothing, or another text, was offered, with the reason. */
const missed: string[] = [];

for (const change of demanding)
  step(`applies what the recorded answer writes, if it is asked for: ${change.name}`, async () => {
    const refusal = await refusalAfter(change);
    if (refusal !== undefined) return void missed.push(`${change.name}: ${refusal}`);
    const after = textWith(answerOf(change), typedPlace(change).text);
    assert.ok(after !== undefined, 'what is offered is the answer’s edit');
    await apply();
    await editor.saved(join(project, change.path), after);
    if (after !== change.goal) missed.push(`${change.name}: another text`);
  });

for (const change of changes.filter((one) => !demanding.includes(one)))
  step(`draws ${change.name}`, async () => {
    assert.ok(await refusalAfter(change));
    assert.deepEqual(await editor.decorations(), []);
  });

step('most of what was applied is what the change demands', async () => {
  const right = demanding.length - missed.length;
  console.log(`${right} of ${demanding.length} are right.`, missed);
  assert.ok(right >= leastRight, missed.join('\n'));
});
