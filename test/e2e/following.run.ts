// The edit that follows from the last ones, by the large model: typed as a user does, offered where the cursor rests,
// applied with the keys of the hint, and listed with what it cost.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RecordedRequest } from '../fakes/messages-server.ts';
import { textOf } from '../fakes/messages-validation.ts';
import { type Following, nothingFollows, type Offered, offered, optional } from './following-changes.ts';
import { apiKey, startSession } from './session.ts';

/** Longer than the pauses before all searches and the call, twice. */
const quietMs = 4000;

const all: readonly Following[] = [...offered, optional, nothingFollows];

/** Each step needs the earlier ones. */
const session = await startSession(
  // No other suggestion takes the Tab key. The threshold of a paid answer stays at its default.
  { 'easyAdaptation.minimumConfidence': 1, 'easyAdaptation.baseModel': 'none' },
  { files: Object.fromEntries(all.map(({ path, before }) => [path, before])) },
);
const { api, editor, step, project } = session;

const userText = ({ body }: RecordedRequest) => textOf(body.messages.at(-1)?.content);

/** The prompts for an edit in a file, oldest first. */
const prompts = ({ path }: Following) =>
  api.requests.filter(
    (request) =>
      textOf(request.body.system).startsWith('A programmer edits code') &&
      userText(request).includes(`\n<file path="${path}" lines=`),
  );

/** Whether the last change that a prompt shows is the finished one, or a part of it. */
function isAbout({ path, finished }: Following, prompt: string): boolean {
  const latest = prompt.slice(prompt.indexOf('<latest>\n'), prompt.indexOf('</latest>'));
  const isNew = (line: string) => line.startsWith('+') && line.includes(finished);
  return latest.startsWith(`<latest>\n--- ${path}\n`) && latest.split('\n').some(isNew);
}

/** The requests after the finished change, oldest first. */
const asked = (change: Following) => prompts(change).filter((request) => isAbout(change, userText(request)));

api.answerTexts((prompt) => all.find((change) => isAbout(change, prompt))?.answer ?? '<none/>');
// What completes at the cursor is another test's matter.
api.answerWith('');

/** Types a change, and returns the file's text with it. */
async function typeChange({ path, before, typed }: Following): Promise<string> {
  let text = before;
  for (const { old, text: replacement, at } of typed) {
    if (at === undefined) {
      text = await editor.typeOver(path, text, old, replacement);
      continue;
    }
    await editor.open(path, at.line, at.column);
    // The editor indents the next line itself.
    await editor.type(replacement.slice(0, -old.length).replace(/\n\s+/g, '\n'));
    text = text.replace(old, replacement);
  }
  return text;
}

const saved = ({ path }: Following, text: string) => editor.saved(join(project, path), text);

/** Takes what was typed into the active editor's file back. */
const takeBack = ({ path, before }: Following) =>
  editor.eventually(`the first text of ${path}`, async () => {
    await editor.page.keyboard.press('Control+z');
    await editor.save();
    assert.equal(readFileSync(join(project, path), 'utf8'), before);
  });

/** Nothing is drawn and nothing comes, and no edit in the file is asked for. */
async function quiet(change: Following): Promise<void> {
  const before = prompts(change).length;
  await editor.page.waitForTimeout(quietMs);
  assert.equal(prompts(change).length, before);
  assert.deepEqual(await editor.decorations(), []);
}

const hinted = ({ key, line }: Offered) =>
  editor.hint(new RegExp(`^${key.replace('+', '\\+')}: next edit, line ${line}$`));

/** Sets the balance between the models as a user does, percent. */
async function setBalance(percent: number): Promise<void> {
  await editor.command('Easy Adaptation: Show Panel');
  const slider = editor.panel().getByRole('slider', { name: 'Balance between the models' });
  await editor.eventually('the balance', async () => {
    await slider.fill(`${percent}`);
    const settings = readFileSync(join(session.userData, 'User', 'settings.json'), 'utf8');
    assert.equal((JSON.parse(settings) as Record<string, unknown>)['easyAdaptation.balance'], percent / 100);
  });
}

/** Types a change; the keys of the hints apply what follows, and one key takes that back. */
async function follow(change: Offered): Promise<void> {
  const callsBefore = asked(change).length;
  const text = await typeChange(change);
  await hinted(change);
  await editor.hint(change.drawn);
  await editor.statusItem(`Next edit: ${basename(change.path)} line ${change.line}`).waitFor();
  await editor.shot(`follows-${basename(change.path)}-1`);
  await editor.page.keyboard.press(change.key);
  await editor.statusItem(`Ln ${change.line},`).waitFor();
  const { key, lines } = change;
  await editor.hint(new RegExp(`^${key.replace('+', '\\+')}: apply, Esc: dismiss$`));
  if (lines)
    await editor.eventually('the lines', async () =>
      assert.equal(await editor.ghost(), `\n${lines.replaceAll('\n', '')}`),
    );
  await editor.shot(`follows-${basename(change.path)}-2`);
  await editor.page.keyboard.press('Tab');
  await saved(change, text.replace(...change.follows));
  await editor.page.keyboard.press('Control+z');
  await saved(change, text);
  assert.equal(asked(change).length, callsBefore + 1, 'one call');
  await isListed(change);
}

/** The panel lists an applied edit with the model, its estimate and its cost. */
async function isListed({ path, line, sure }: Offered): Promise<void> {
  const row = editor
    .panel()
    .locator('.row.source-edit')
    .filter({ hasText: `${path}:${line}` })
    .first();
  await row.locator('.outcome-accepted').waitFor();
  const title = (await row.locator('.badge').getAttribute('title')) ?? '';
  assert.match(title, /^claude-haiku-5-5: /);
  assert.match((await row.locator('.confidence').textContent()) ?? '', new RegExp(`${sure}\\s?%`));
  assert.match((await row.locator('.cost').textContent()) ?? '', /^<?\$0\.000\d/);
}

const [list, argument, member, error] = offered as [Offered, Offered, Offered, Offered];

step('without consent no edit is asked for', async () => {
  await editor.ready();
  await editor.setKey(apiKey);
  await editor.dialog().getByRole('button', { name: 'Stay Local' }).click();
  await editor.dialog().waitFor({ state: 'detached' });
  await typeChange(error);
  await quiet(error);
  await takeBack(error);
});

step(`with consent and the default balance, what follows from the same change is offered: ${error.name}`, async () => {
  await editor.command('Easy Adaptation: Allow the Large Model in This Folder');
  await editor.allowFolder();
  await editor.command('Easy Adaptation: Show Panel');
  await editor.panel().getByText('Balance between the models').first().waitFor();
  await follow(error);
  const [request] = asked(error);
  assert.ok(request && !JSON.stringify(request.body).includes(session.folder), 'no path of this machine is sent');
  const [call] = session.rows("select purpose, text, costUsd from llmCalls where text like '<old%'");
  assert.deepEqual([call?.purpose, `${call?.text}</sure>`], ['next edit', error.answer]);
  assert.ok(Number(call?.costUsd) > 0);
  await editor.panel().locator('.row.source-edit summary').first().click();
  await editor.shot('follows-panel');
});

step('at the lowest balance no edit is asked for', async () => {
  await setBalance(5);
  await typeChange(argument);
  await quiet(argument);
  await takeBack(argument);
  await setBalance(90);
});

step('in local-only mode no edit is asked for', async () => {
  await editor.menuAction('Turn Local-Only Mode On');
  await editor.panel().getByText('Local-only mode is on').first().waitFor();
  await typeChange(list);
  await quiet(list);
  await takeBack(list);
  await editor.menuAction('Turn Local-Only Mode Off');
  await editor.panel().getByText('Local-only mode is on').first().waitFor({ state: 'detached' });
});

for (const change of [list, argument, member])
  step(`offers what follows, applies it, and takes it back: ${change.name}`, () => follow(change));

step('an answer without an edit offers nothing', async () => {
  await typeChange(nothingFollows);
  await editor.eventually('the call', async () => assert.equal(asked(nothingFollows).length, 1));
  await quiet(nothingFollows);
});

step('the same text after the same edits is not sent again', async () => {
  await editor.type('!');
  // Of another text, so that the search for the first one is over.
  await editor.eventually('another call', async () => assert.equal(asked(nothingFollows).length, 2));
  await editor.page.keyboard.press('Backspace');
  await quiet(nothingFollows);
});

step('a key ends the call, and the next pause begins another', async () => {
  let release = () => {};
  api.holdUntil(new Promise((resolve) => (release = resolve)));
  await typeChange(optional);
  const first = await editor.eventually('the call', async () => {
    const [request] = asked(optional);
    assert.ok(request);
    return request;
  });
  const callsBefore = prompts(optional).length;
  await editor.type(' ');
  await editor.eventually('the next call', async () => assert.ok(prompts(optional).length > callsBefore));
  assert.equal(first.outcome, 'aborted');
  release();
  await editor.page.keyboard.press('Backspace');
  await hinted(optional);
  assert.equal(asked(optional).length, 2);
});

step('an offer that another edit passes by once is asked for again, and offered again', async () => {
  const callsBefore = asked(optional).length;
  await editor.page.keyboard.press('End');
  await editor.type(' // guests have none');
  await editor.eventually('another call', async () => assert.equal(asked(optional).length, callsBefore + 1));
  await hinted(optional);
});
