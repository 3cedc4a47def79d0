// The edit that follows, by the large model: when it is asked, what is sent, paid and kept, and what is offered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ok } from '../../../src/common/errors.ts';
import type { Redactor } from '../../../src/common/redaction.ts';
import type { NextEdit } from '../../../src/edits/history/edit.ts';
import type { EditJudge, NoFollowingEdit } from '../../../src/edits/large-model/ask.ts';
import { checkedEdit, type Refusal } from '../../../src/edits/large-model/check.ts';
import type { EditedPlace } from '../../../src/edits/large-model/place.ts';
import { infillOf, type LlmClient, type Prompt } from '../../../src/llm/protocol/models.ts';
import type { CompletionSettings } from '../../../src/suggest/suggestion.ts';
import { type LlmScript, llmAnswer, ScriptedLlm } from '../../fakes/llm.ts';
import { hiding } from '../../fakes/redaction.ts';
import { Deferred, failure, Harness, type Options, settled } from '../../suggest/harness.ts';
import { recentChange } from '../support.ts';

const PATH = 'src/a.ts';
const TEXT = 'const sum = 1;\nsend(total);\nprint(total);\nprint(total);\n';
const CHANGES = [recentChange('const total = 1;', 'const sum = 1;')];
const PLACE: EditedPlace = { path: PATH, text: TEXT, offset: 14, changes: CHANGES, newErrors: 0 };

const replyOf = (now: string, { sure = '80', old = 'send(total);' } = {}) =>
  `<sure>${sure}</sure>\n<old>\n${old}\n</old>\n<new>\n${now}\n`;
const REPLY = replyOf('send(sum);');

class EditLlm extends ScriptedLlm {
  readonly prompts: Prompt[] = [];

  override ask(...[prompt, ...others]: Parameters<LlmClient['ask']>): ReturnType<LlmClient['ask']> {
    this.prompts.push(prompt);
    return super.ask(Object.assign({}, prompt, { request: {} }), ...others);
  }
}

interface Setup extends Options {
  readonly reply?: string | LlmScript;
  /** What the judge estimates, and says to an edit instead of checking it. */
  readonly p?: number;
  readonly says?: Refusal;
}

function open({ reply = REPLY, p = 0.9, says, settings, ...options }: Setup = {}) {
  let fresh = 0;
  const llm = new EditLlm(reply);
  const h = new Harness({ llm, settings: { balance: 0.4, ...settings }, ...options });
  const judge = {
    p,
    followUp: async () => judge.p,
    checkedEdit: async (...[place, proposed, signal]: Parameters<EditJudge['checkedEdit']>) => {
      signal.throwIfAborted();
      const deps = { recent: place.changes, isKnownName: () => false, breaks: () => false };
      return says ?? checkedEdit(place, proposed, deps);
    },
  };
  const controller = new AbortController();
  const { following } = h.service;
  const after = (parts: Partial<EditedPlace> = {}) => following.after({ ...PLACE, ...parts }, judge, controller.signal);
  /** Whether the model is asked at another place. */
  const asks = async () => {
    const before = llm.prompts.length;
    await after({ text: `${TEXT}// ${fresh++}` });
    return llm.prompts.length > before;
  };
  const unshown = () => h.of('paid-unshown').map(({ costUsd }) => costUsd);
  return { h, llm, judge, controller, following, after, asks, unshown };
}

const costOf = (result: NextEdit | NoFollowingEdit) =>
  typeof result === 'string' || result.origin.kind !== 'follows' ? result : result.origin.costUsd;

test('offers the edit, asked once at a place, and books its cost when it is paid', async () => {
  const { llm, after, unshown } = open();
  const start = TEXT.indexOf('send(total)') + 'send('.length;
  const offered = await after();
  assert.ok(typeof offered === 'object');
  const { start: at, end, replacement, probability, least, origin } = offered;
  assert.deepEqual([at, end, replacement, probability, least], [start, start + 'total'.length, 'sum', 0.8, 0.3]);
  assert.deepEqual(origin, { kind: 'follows', model: 'scripted', costUsd: 0.001, latencyMs: 250 });
  assert.equal(costOf(await after({ newErrors: 3 })), 0);
  for (const parts of [{ changes: [] }, { offset: 0 }]) await after(parts);
  assert.deepEqual([llm.prompts.length, unshown()], [3, [0.001, 0.001, 0.001]]);
});

const reasons: Record<
  Exclude<
    NoFollowingEdit,
    'the call failed' | 'the line is not written yet' | 'comments are switched off' | 'strings are switched off'
  >,
  Setup
> = {
  'no large model is available': { llm: undefined },
  'a call gains too little': { p: 0.07 },
  'this place cannot be sent safely': { redact: { text: () => Promise.reject(new Error('x')), path: async (p) => p } },
  // Cut by its length limit: the end of its lines is missing.
  'the large model knows no edit': { reply: () => ok(llmAnswer(REPLY, { truncated: true })) },
  'it is not sure enough': { reply: replyOf('send(sum);', { sure: '29' }) },
  'it holds a secret': { reply: replyOf('send(sum, hunter2)'), redact: hiding('hunter2') },
  'it could not be checked': { says: 'it could not be checked' },
  'the old lines are not there': { reply: replyOf('send();', { old: 'send(list);' }) },
  'the old lines stand there more than once': { reply: replyOf('print(sum);', { old: 'print(total);' }) },
  'it changes nothing': { says: 'it changes nothing' },
  'it is too long': { reply: replyOf('send(sum);\n'.repeat(30)) },
  'it undoes a recent edit': { reply: replyOf('const total = 1;', { old: 'const sum = 1;' }) },
  'it holds a control character': { reply: replyOf('send(\u0007);') },
  'it brings an unknown name': { reply: replyOf('send.strange();') },
  'it breaks the syntax': { says: 'it breaks the syntax' },
};
for (const [reason, setup] of Object.entries(reasons))
  test(`no edit because ${reason}; what was paid is reported once`, async () => {
    const { llm, after, unshown } = open(setup);
    const paid = setup.reply === undefined && setup.says === undefined ? [] : [0.001];
    for (const _ of ['asked', 'known']) {
      assert.equal(await after(), reason);
      assert.deepEqual([unshown(), llm.prompts.length], [paid, paid.length]);
    }
  });

test('asterisks that stand for what was redacted are no text to insert', async () => {
  const { after } = open({ reply: replyOf("send('********');") });
  assert.equal(await after(), 'it holds a secret');
});

test('is not asked without consent, during the backoff, if it only fills in, or about too long lines', async () => {
  const [asked, failing, filling] = [open({ p: 1 }), open(), open()];
  failing.h.backoff.failed({ code: 'network', message: '' });
  const infill = infillOf('qwen2.5-coder', { path: '/v1/completions', form: 'tokens' });
  Object.assign(filling.llm, { facts: { ...filling.llm.facts, infill } });
  for (const one of [open({ settings: { apiAllowed: false } }), failing, filling])
    assert.equal(await one.asks(), false);
  assert.equal(await asked.after({ text: `${TEXT}${'x'.repeat(20_000)}` }), 'a call gains too little');
  assert.equal(await asked.asks(), true);
});

test('a model that rewrites lines is asked, but not about a text with its marks', async () => {
  const { llm, after } = open({ reply: 'const sum = 1;\nsend(sum);\nprint(total);\nprint(total);\n' });
  const infill = infillOf('sweep-next-edit', { path: '/completions', form: 'tokens' });
  Object.assign(llm, { facts: { ...llm.facts, id: 'sweep-next-edit', infill } });
  const offered = await after();
  assert.deepEqual(typeof offered === 'object' && [offered.replacement, offered.probability], ['sum', 0.53]);
  assert.equal(await after({ text: `${TEXT}<|file_sep|>` }), 'this place cannot be sent safely');
  assert.equal(llm.prompts.length, 1);
});

test('is not asked in a line that holds nothing yet', async () => {
  const { llm, after } = open();
  const lines = ['const sum = 1;', '  ', 'send(total);', ''];
  const text = lines.join('\n');
  const blank = [(lines[0]?.length as number) + 1, (lines[0]?.length as number) + 3, text.length];
  for (const offset of blank) assert.equal(await after({ text, offset }), 'the line is not written yet');
  assert.equal(llm.prompts.length, 0);
  await after({ text, offset: (blank[0] as number) - 1 });
  assert.equal(llm.prompts.length, 1);
});

test('is not asked where comments or strings are switched off, and offers nothing there that it knows', async () => {
  const text = `// A note\nsend('total', total);\n${TEXT}`;
  const places = { comment: text.indexOf('note'), string: text.indexOf('total'), code: text.indexOf('total)') };
  const off = (state: 'comment' | 'string') => `${state}s are switched off`;
  for (const state of ['comment', 'string'] as const) {
    const { h, llm, after } = open({ settings: { offIn: [state] } });
    assert.equal(await after({ text, offset: places[state] }), off(state));
    assert.equal(llm.prompts.length, 0);
    for (const other of ['comment', 'string', 'code'] as const)
      if (other !== state) await after({ text, offset: places[other] });
    assert.equal(llm.prompts.length, 2);
    const other = state === 'comment' ? 'string' : 'comment';
    h.settings = { ...h.settings, offIn: [other] };
    assert.equal(await after({ text, offset: places[other] }), off(other));
  }
});

test('is not asked if consent ends while it is prepared', async () => {
  const { h, llm, after } = open();
  const result = after();
  h.settings = { ...h.settings, apiAllowed: false };
  assert.deepEqual([await result, llm.prompts.length], ['this place cannot be sent safely', 0]);
});

test('the balance and dismissed edits decide what a call must gain', async () => {
  const { h, judge, asks, following } = open();
  const asksFrom = async (price: number) => {
    judge.p = price - 0.01;
    if (await asks()) return false;
    judge.p = price + 0.01;
    return asks();
  };
  assert.ok(await asksFrom(0.08));
  for (const price of [0.18, 0.28, 0.38, 0.48, 0.48]) {
    following.judgedByUser(false);
    assert.ok(await asksFrom(price), `${price}`);
  }
  following.judgedByUser(true);
  assert.ok(await asksFrom(0.08));
  h.settings = { ...h.settings, balance: 1 };
  judge.p = 0;
  assert.ok(await asks());
  judge.p = Number.NaN;
  assert.equal(await asks(), false);
});

test('a server that costs nothing is always asked, however long it takes', async () => {
  const { llm, asks, judge } = open({ settings: { balance: 0.05 } });
  judge.p = 0.01;
  assert.equal(await asks(), false);
  Object.assign(llm, { facts: { ...llm.facts, input: 0, output: 0 } });
  assert.ok(await asks());
});

test('after a change of another file it is asked in a blank line, too', async () => {
  const { llm, after } = open();
  const text = `\n${TEXT}`;
  assert.equal(await after({ text, offset: 0 }), 'the line is not written yet');
  await after({ text, offset: 0, changes: [...CHANGES, recentChange('a;', 'b;', 'src/b.ts')] });
  assert.equal(llm.prompts.length, 1);
});

test('the estimate must reach the threshold, at most the default one; a balance of 1 shows all', async () => {
  const shows = async (sure: string, settings: Partial<CompletionSettings> = {}) =>
    costOf(await open({ reply: replyOf('send(sum);', { sure }), settings }).after()) === 0.001;
  assert.deepEqual([await shows('29'), await shows('30')], [false, true]);
  assert.deepEqual([await shows('44', { threshold: 0.9 }), await shows('45', { threshold: 0.9 })], [false, true]);
  assert.ok(await shows('0', { balance: 1 }));
});

test('a paid answer is kept although the signal ends while it is judged', async () => {
  const { llm, judge, after, unshown, following, controller } = open();
  const { checkedEdit } = judge;
  judge.checkedEdit = (...parts) => {
    controller.abort(new Error('typed on'));
    return checkedEdit(...parts);
  };
  await assert.rejects(after(), /typed on/);
  assert.deepEqual(unshown(), [0.001]);
  judge.checkedEdit = checkedEdit;
  assert.equal(costOf(await following.after(PLACE, judge, new AbortController().signal)), 0);
  assert.deepEqual([unshown().length, llm.prompts.length], [1, 1]);
});

test('nothing is kept from before a reset', async () => {
  const held = new Deferred<string>();
  const { llm, after, following } = open({ reply: (_r, call) => (call === 0 ? held.promise : REPLY) });
  const first = after();
  await settled();
  following.reset();
  held.give(REPLY);
  assert.deepEqual([costOf(await first), costOf(await after()), llm.prompts.length], [0.001, 0.001, 2]);
  following.reset();
  assert.deepEqual([costOf(await after()), costOf(await after()), llm.prompts.length], [0.001, 0, 3]);
});

test('a failed call begins the backoff and sends one event; the next answer ends both', async () => {
  for (const reply of [() => failure('overloaded'), () => Promise.reject(new Error('a bug'))]) {
    const { h, after } = open({ reply: (_r, call) => (call === 1 ? REPLY : reply()) });
    const events = () => [h.of('api-failed').length, h.of('api-recovered').length];
    assert.equal(await after(), 'the call failed');
    assert.equal(await after(), 'no large model is available');
    assert.deepEqual(events(), [1, 0]);
    await h.clock.advance(600_000);
    assert.equal(costOf(await after()), 0.001);
    assert.deepEqual(events(), [1, 1]);
  }
});

test('an aborted call rejects, what was lost of it is reported once, and it is no failure', async () => {
  const { h, llm, after, controller, unshown } = open({ reply: () => new Deferred<string>().promise });
  llm.lost = llmAnswer('', { costUsd: 0.0004 });
  const result = after();
  await settled();
  controller.abort(new Error('typed on'));
  await assert.rejects(result, /typed on/);
  assert.deepEqual([unshown(), h.of('api-failed'), h.backoff.retryAtMs], [[0.0004], [], undefined]);
});

test('text, changes and paths are redacted before they are cut, also a secret that is being typed', async () => {
  const redact: Redactor = {
    // The whole secret is known anywhere, a part of it at a cut edge.
    text: async (text, _path, { end } = {}) =>
      text.replaceAll('hunter\nsecret', '******\n******').replace(end ? /hunter(?=\n?$)/ : /^$/, '******'),
    path: hiding('hunter').path,
  };
  const { llm, after } = open({ redact });
  const text = `// hunter\nsecret\n${'//\n'.repeat(44)}key(hunter)`;
  const sides = { above: '// hunter\nsecret\n', below: 'hunter\n' };
  const change = { ...recentChange('a = hunter\nsecret', 'key(hunter)', 'hunter.ts'), ...sides };
  await after({ path: 'src/hunter.ts', text, offset: text.length - 1, changes: [change] });
  const sent = llm.prompts[0]?.user.map((block) => block.text).join('') ?? '';
  assert.ok(sent.includes('<file path="src/******.ts" lines="2-47 of 47">\n2| ******\n3| //\n'), sent);
  assert.ok(sent.includes('key(******<cursor/>)'), sent);
  assert.ok(!/hunter|secret/.test(sent), sent);
});
