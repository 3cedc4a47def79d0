// The commit message box: suggestions from earlier messages, and the count of an accepted word.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { forAllTests, type Session } from './session.ts';

let session: Session;
const begun = 'Keep the ';
const messageRest = 'adapters and their tests in step with the large model';
const commits = 12;
/** Longest wait for the ghost text of one typing, ms. Typing again would cancel a request in flight. */
const oneTypingMs = 60_000;

const step = forAllTests(
  (started) => {
    session = started;
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=Author', '-c', 'user.email=author@example.com', ...args], {
        cwd: session.project,
      });
    for (let i = 1; i <= commits; i++)
      git('commit', '-q', '--allow-empty', '-m', `${begun}${messageRest}`, '-m', `Part ${i}.`);
  },
  // The n-grams' suggestion for a repeated text must be shown at any confidence, and as fast on any machine.
  { 'easyAdaptation.minimumConfidence': 0, 'easyAdaptation.baseModel': 'none' },
);

step('an accepted word in the commit message box is stored, and the rest stays shown', async () => {
  const { editor } = session;
  await editor.eventually('Ready', async () => assert.match((await editor.ourStatus().textContent()) ?? '', /Ready/));
  await editor.command('Source Control: Focus on Changes View');
  const box = editor.page.locator('.scm-view .monaco-editor').first();
  await box.waitFor();
  const typeInBox = () =>
    editor.eventually('the text in the box', async () => {
      await box.click();
      await editor.page.keyboard.press('Control+a');
      await editor.page.keyboard.press('Delete');
      await editor.type(begun);
      assert.equal(await editor.currentLine(), begun);
    });
  // The first request in the box makes the extension read the earlier messages.
  await typeInBox();
  await editor.eventually('the earlier messages', async () =>
    assert.match(session.logged(), new RegExp(`Read ${commits} earlier commit messages`)),
  );
  const ghost = await editor.eventually('ghost text in the box', async () => {
    await typeInBox();
    return editor.waitForGhost(/^adapters /, oneTypingMs);
  });
  await editor.page.keyboard.press('Control+ArrowRight');
  await editor.eventually('the word in the box', async () =>
    assert.match(await editor.currentLine(), /^Keep the adapters ?$/),
  );
  await editor.eventually('the word in the store', async () => {
    const [row] = session.rows("select path, text, taken from completions where outcome = 'partly-accepted'");
    assert.equal(row?.path, 'COMMIT_EDITMSG');
    // The suggestion may have been shown while the words before it were typed as it said.
    assert.match(String(row?.text), /(^|the )adapters and/);
    assert.match(String(row?.taken), /^[89]$/);
  });
  await editor.waitForGhost(new RegExp(`^ ?${ghost.slice('adapters '.length, 'adapters '.length + 8)}`));
  await editor.shot('10-commit-box');
});
