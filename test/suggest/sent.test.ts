// What arrives at a server of what a file shows to be secret outside the part that is sent: of a completion, of its
// snippets, and of a next edit.
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import type { EditJudge } from '../../src/edits/large-model/ask.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import { queryOf } from '../../src/prompts/completion/completion-position.ts';
import { languageIdOf } from '../../src/text/languages.ts';
import { SessionSecrets } from '../../src/vscode/folder/session-secrets.ts';
import { Desk } from '../edits/support.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { farBelow, other, shownByContext, value } from '../support/shown-by-context.ts';
import { Harness, type Options, unsure } from './harness.ts';

const api = await MessagesServer.start();
after(() => api.close());
beforeEach(() => api.reset());

const judge: EditJudge = { followUp: async () => 1, checkedEdit: async () => 'it could not be checked' };
const never = new AbortController().signal;

/** A service that asks the server, in a window where the file is open. */
async function open(path: string, text: string, settings: Options['settings'] = {}) {
  const redact = new SessionSecrets(false);
  const known = await redact.known();
  known.learnOpen(path, text);
  const specialist = unsure();
  const llm = connectLlm({ apiKey: 'key-of-a-test', baseUrl: api.url, model: '', timeoutMs: 20_000 });
  const h = new Harness({ specialist, llm, redact, settings: { balance: 1, ...settings } });
  const desk = new Desk({ [path]: text }, { redact: (whole, at) => redact.textNow(whole, at) });
  /** Asks for the edit that follows the changes so far. */
  const follow = (offset: number) => {
    const now = desk.text(path);
    known.changed(path, now, [{ text: 'x', rangeLength: 0 }]);
    const place = { path, text: now, offset, changes: desk.journal.recentChanges(), errors: [] };
    return h.service.following.after(place, judge, never);
  };
  return { h, desk, specialist, follow };
}

const bodies = () => api.requests.map(({ body }) => JSON.stringify(body));
for (const [name, shownBy] of Object.entries(shownByContext)) {
  const { path, text } = shownBy;
  test(`no next edit beside ${name} sends the value`, async () => {
    const { desk, follow } = await open(path, text);
    desk.type(path, other, 'agatha');
    await follow(desk.text(path).indexOf('agatha'));
    desk.change(path, [['agatha', other]], { reason: 'undo' });
    desk.change(path, [[other, 'a longer name of more than forty characters']]);
    const row = desk
      .text(path)
      .split('\n')
      .find((line) => line.includes(value)) as string;
    await follow(0);
    desk.change(path, [[`${row}\n`, '']]);
    await follow(0);
    assert.equal(bodies().length, 3);
    for (const body of bodies()) {
      assert.ok(body.includes('*'.repeat(value.length)), body);
      assert.equal(body.includes(value), false, body);
    }
  });

  test(`no completion far below what shows ${name} sends the value, and no snippet`, async () => {
    const long = farBelow(shownBy);
    const line = long.text.slice(long.at, long.text.indexOf('\n', long.at) + 1);
    const { h, specialist } = await open(path, long.text);
    specialist.snippetsToGive = [{ path, text: line, line: 1 }];
    const queries = [0, long.at + line.length].map((offset) => queryOf(long.text, offset, path, languageIdOf(path)));
    // An entry of the editor's list is selected.
    for (const query of queries)
      for (const changes of [{}, { selectedText: 'robin' }])
        await h.ask(query, { trigger: 'manual', ...changes }).promise;
    assert.equal(bodies().length, 4);
    for (const [i, body] of bodies().entries()) {
      // The snippet, and below the line the window, too.
      assert.equal(body.split('*'.repeat(value.length)).length - 1 >= (i < 2 ? 1 : 2), true, body);
      assert.equal(body.includes(value), false, body);
    }
  });
}

test('nothing arrives for a next edit in a comment where comments are switched off', async () => {
  const path = 'src/a.ts';
  const text = '// The sum of old.\nconst sum = old + 1;\n';
  const { desk, follow } = await open(path, text, { offIn: ['comment'] });
  desk.type(path, 'old', 'now', 1);
  assert.equal(await follow(5), 'comments are switched off');
  assert.equal(bodies().length, 0);
  await follow(desk.text(path).indexOf('now'));
  assert.equal(bodies().length, 1);
});
