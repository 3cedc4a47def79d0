// Edits that the large model proposes: when it is asked, what is sent, and what is offered of its answer.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Prompt } from '../../../src/llm/protocol/prompt.ts';
import { desk } from '../../fakes/vscode-editor.ts';
import { dispose, offer, opened, until } from './offers.ts';

const { Range, WorkspaceEdit } = await import('vscode');
const code = 'const total = read();\n\nsend(total);\nprint(total);\n';
const edit = (search: string, replacement: string) =>
  `<edit>\n<old>\n${search}\n</old>\n<new>\n${replacement}\n</new>\n</edit>`;
const answerText = [edit('send(total);', 'await send(total);'), edit('print(total);', 'await print(total);')].join(
  '\n',
);
afterEach(dispose);

/** Longer than the pause before a call. */
const pause = () => sleep(3200);

function largeModel({ isReady = true, isAgreed = true, answers = [answerText] } = {}) {
  const asked: Prompt[] = [];
  const state = { spent: 0, failures: 0, asked };
  const llm = {
    facts: {},
    ask: async (prompt: Prompt) => {
      const text = answers[asked.push(prompt) - 1] ?? '';
      return { ok: true, value: { text, model: 'large', costUsd: 0.001 } };
    },
  };
  const api = {
    llm: () => (isReady ? llm : undefined),
    backoff: { ready: true, succeeded() {}, failed() {} },
    question: () => ({ folder: 'file:///work', name: 'work', host: 'api.invalid', model: 'large' }),
  };
  const agreed = new Set(isAgreed ? ['next edits'] : []);
  const permissions = {
    mayCommandSend: (_folder: string, _host: string, command: string) => agreed.has(command),
    allowCommand: async (_folder: string, _host: string, command: string) => agreed.add(command),
  };
  const onSpent = (usd: number) => {
    state.spent += usd;
  };
  return { state, deps: { api, permissions, onSpent } };
}

test('edits that the large model proposes at a pause are offered, one after another', async () => {
  const { state: model, deps } = largeModel();
  const { offers, activity, state } = offer({ ...deps, settings: { nextEditsFromLargeModel: true } });
  const editor = await opened('src/a.ts', code);
  desk.retype(editor, 'read', 'load');
  await until(() => state.tab);
  assert.equal(model.asked.length, 1);
  assert.equal(model.spent, 0.001);
  const sent = model.asked[0]?.user.map((block) => block.text).join('') ?? '';
  assert.match(sent, /<old>\nread\n<\/old>\n<new>\nload\n<\/new>/);
  assert.match(sent, /const total = load\(\);/);
  assert.equal(activity.rows[0]?.model, 'proposal of large');
  await offers.apply();
  assert.ok(state.tab);
  await offers.apply();
  assert.equal(editor.document.getText(), 'const total = load();\n\nawait send(total);\nawait print(total);\n');
  assert.equal(model.asked.length, 1);
});

test('the user is asked once before the first call, and the call waits for the next pause', async () => {
  const { state: model, deps } = largeModel({ isAgreed: false });
  const { state } = offer({ ...deps, settings: { nextEditsFromLargeModel: true } });
  const editor = await opened('src/a.ts', code);
  desk.answer = 'Call the Large Model';
  desk.retype(editor, 'read', 'load');
  await until(() => desk.questions.length);
  assert.match(desk.questions.join(), /the lines around your last edit/);
  assert.equal(model.asked.length, 0);
  desk.retype(editor, 'load', 'take');
  await until(() => state.tab);
  assert.equal(model.asked.length, 1);
  assert.equal(desk.questions.length, 1);
});

test('proposals are gone after another edit', async () => {
  const { deps } = largeModel();
  const { state } = offer({ ...deps, settings: { nextEditsFromLargeModel: true } });
  const editor = await opened('src/a.ts', code);
  desk.retype(editor, 'read', 'load');
  await until(() => state.tab);
  desk.retype(editor, 'load', 'fetch');
  await sleep(600);
  assert.equal(state.tab, undefined);
});

test('secrets, and edits of ignored files, are not sent', async () => {
  const { state: model, deps } = largeModel();
  const { state } = offer({ ...deps, off: 'src/off.ts', settings: { nextEditsFromLargeModel: true } });
  const ignored = await opened('src/off.ts', 'const hidden = 1;\n');
  desk.retype(ignored, 'hidden', 'concealed');
  const editor = await opened('src/a.ts', `${code}const key = 'SECRET';\n`);
  desk.retype(editor, 'read', 'load');
  await until(() => state.tab);
  const sent = JSON.stringify(model.asked);
  assert.doesNotMatch(sent, /SECRET|concealed/);
  assert.match(sent, /const key = '\*{6}'/);
});

test('the large model is not asked while it is off or unavailable, after a secret, or beside another offer', async () => {
  for (const where of ['off', 'unavailable', 'local', 'undo', 'secret', 'offered'] as const) {
    const { state: model, deps } = largeModel({ isReady: where !== 'unavailable' });
    const { offers } = offer({
      ...deps,
      rule: where === 'local' ? 'local' : 'open',
      settings: { nextEditsFromLargeModel: where !== 'off' },
    });
    const editor = await opened('src/a.ts', code);
    if (where === 'offered') {
      desk.report(editor.document, [{ range: new Range(2, 0, 2, 4) as never, message: 'Add await.' }]);
      desk.servers.set('vscode.executeCodeActionProvider', () => {
        const fix = new WorkspaceEdit();
        fix.replace(editor.document.uri as never, new Range(2, 0, 2, 0), 'await ');
        return [{ title: 'Add await', isPreferred: true, edit: fix }];
      });
    }
    desk.retype(editor, 'read', where === 'secret' ? 'SECRET' : 'load');
    if (where === 'undo') editor.document.undo();
    await pause();
    assert.equal(model.asked.length, 0, where);
    offers.dispose();
    desk.reset();
  }
});

test('the large model is not asked while nothing is offered after two dismissals', async () => {
  const answers = ['post', 'mail'].map((name) => edit('send(total);', `${name}(total);`));
  const { state: model, deps } = largeModel({ answers });
  const { offers, state } = offer({ ...deps, settings: { nextEditsFromLargeModel: true } });
  const editor = await opened('src/a.ts', code);
  for (const [old, name] of [
    ['read', 'load'],
    ['load', 'take'],
  ] as const) {
    desk.retype(editor, old, name);
    await until(() => state.tab);
    offers.dismiss();
  }
  desk.retype(editor, 'take', 'fetch');
  await pause();
  assert.equal(model.asked.length, 2);
});

test('an answer with nothing that fits offers nothing', async () => {
  const { state: model, deps } = largeModel({ answers: [edit('absent();', 'other();')] });
  const { state } = offer({ ...deps, settings: { nextEditsFromLargeModel: true } });
  const editor = await opened('src/a.ts', code);
  desk.retype(editor, 'read', 'load');
  await until(() => model.asked.length);
  await sleep(50);
  assert.equal(state.tab, undefined);
  assert.equal(model.spent, 0.001);
});
