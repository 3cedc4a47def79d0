// Secrets of documents that are being edited: what a completion request sends of them, and what is remembered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { redactedQuery } from '../../../src/suggest/redacted-request.ts';
import { SessionSecrets } from '../../../src/vscode/folder/session-secrets.ts';
import { findSecrets } from '../../../src/workspace/secrets/secrets.ts';
import { ScriptedLlm } from '../../fakes/llm.ts';
import { TypingEditor } from '../../fakes/typing-editor.ts';
import { Harness, unsure } from '../../suggest/harness.ts';

/** Passwords that no rule recognizes without a name beside them. */
const passwords = ['hV7!kqP2zR9w', 'Sommer.2024!', 'Tr0ub4dor', 'hunter2secret', 'lynx-Harbor7-lantern', 'Wq8#rt$M2'];
/** These look like names, so they are forgotten if they are only a stage of typing. */
const names = ['Marmot20417', 'kestrelhill90417'];
const X = passwords[0] as string;

function editing() {
  const secrets = new SessionSecrets(false);
  const editor = new TypingEditor(secrets);
  const llm = new ScriptedLlm('done();');
  const harness = new Harness({ specialist: unsure(), llm, redact: secrets });
  return {
    editor,
    secrets,
    /** The request that a completion at the cursor sends. */
    sent: async (path: string) => {
      const { prefix, suffix, ...rest } = editor.query(path);
      // A cursor beside the value would show it to the rules for cut texts.
      const query = { ...rest, prefix: '', suffix: `\n${prefix}${suffix}` };
      await harness.answer(query, { trigger: 'manual' });
      const request = llm.requests.at(-1);
      assert.ok(request, 'the large model was asked');
      return JSON.stringify(request);
    },
    /** The document redacted, without a request. */
    redacted: (path: string) => secrets.text(editor.text(path), path),
  };
}

test('the passwords of this file are recognized by the name beside them alone', () => {
  for (const value of [...passwords, ...names]) {
    const holds = findSecrets(`const password = "${value}";`, 'a.ts').some((found) => found.isDistinctive);
    assert.ok(holds, value);
    assert.deepEqual(findSecrets(`use("${value}");`, 'a.ts'), []);
  }
});

test('a password in a string that is still open is neither sent nor forgotten', async () => {
  for (const after of ['', '\n};\n', ' };\nrun();\n', ', user: "me" };\n']) {
    const { editor, sent, secrets } = editing();
    await editor.open('src/a.ts', `const account = {|${after}`);
    await editor.type('src/a.ts', ` password: "${X}`);
    assert.ok(!(await sent('src/a.ts')).includes(X), `open, before ${JSON.stringify(after)}`);
    const { prefix } = await redactedQuery(editor.query('src/a.ts'), secrets);
    assert.ok(prefix.endsWith(`password: "${'*'.repeat(X.length)}`), prefix);
    await editor.cut('src/a.ts', X);
    await editor.open('src/b.ts', 'use("|")\n');
    await editor.paste('src/b.ts', X);
    assert.ok(!(await sent('src/b.ts')).includes(X), `pasted, after ${JSON.stringify(after)}`);
  }
});

test('a closed string, a changed name and a discarded document keep the password known', async () => {
  const name = names[0] as string;
  const { editor, redacted } = editing();
  await editor.open('src/b.ts', `use("${name}")`);
  await editor.open('src/a.ts', 'const c = { | };\n');
  await editor.type('src/a.ts', `password: "${name}"`);
  assert.ok(!(await redacted('src/b.ts')).includes(name));
  await editor.type('src/a.ts', 'label', editor.text('src/a.ts').indexOf('password'));
  await editor.pause('src/a.ts');
  assert.ok(!(await redacted('src/a.ts')).includes(name));
  await editor.close('src/a.ts');
  assert.ok(!(await redacted('src/b.ts')).includes(name));
});

test('a password that was typed and deleted key by key, without a pause between, stays known', async () => {
  for (const value of passwords)
    for (const [path, line] of [
      ['src/a.ts', `const password = "${value}"`],
      ['src/a.ts', `const password = "${value}`],
      ['.env', `DB_PASSWORD=${value}\n`],
    ] as const) {
      const { editor, secrets } = editing();
      await editor.open(path, '');
      await editor.type(path, line);
      await editor.backspace(path, line.length);
      const text = await secrets.text(`use("${value}")`, 'src/b.ts');
      assert.ok(!text.includes(value), `${path}: ${line} left ${text}`);
    }
});

test('a half-typed password that is a word is not redacted once the word has grown', async () => {
  const { editor, secrets } = editing();
  await editor.open('.env', '');
  for (const [word, rest] of [
    ['marmothill12', '!x7Q'],
    ['kestrelharbor', '-9!Lq'],
    ['buildNumber7', '(env)'],
  ] as const) {
    await editor.type('.env', `DB_PASSWORD=${word}`);
    await editor.pause('.env');
    await editor.type('.env', `${rest}\nDEBUG=1\n`);
    await editor.pause('.env');
    assert.equal(await secrets.text(`const ${word} = 1;`, 'src/b.ts'), `const ${word} = 1;`, word);
    assert.ok(
      !(await secrets.text(`use("${word}${rest}")`, 'src/b.ts')).includes(`${word}${rest}`) || rest === '(env)',
    );
  }
});

test('stages of typing are dropped beyond a limit, whole values are not', async () => {
  const { editor, secrets } = editing();
  await editor.open('src/a.ts', '');
  await editor.type('src/a.ts', `const password = "${X}";\n`);
  const stages = Array.from({ length: 250 }, (_, i) => `lynx-Harbor${1000 + i}-fern`);
  for (const stage of stages) {
    const line = `const secret = "${stage}`;
    await editor.type('src/a.ts', line);
    await editor.pause('src/a.ts');
    await editor.type('src/a.ts', 'Q7w');
    await editor.pause('src/a.ts');
    await editor.backspace('src/a.ts', line.length + 3);
  }
  const remains = async (value: string) => (await secrets.text(`use("${value}")`, 'src/b.ts')).includes(value);
  assert.ok(await remains(stages[0] as string));
  assert.ok(!(await remains(stages[249] as string)));
  assert.ok(!(await remains(X)));
});

/** One session of a user who types a password and moves it about. Throws if a request would hold it. */
async function session(seed: number): Promise<number> {
  const random = uniforms(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const password = pick([...passwords, ...names]);
  const { editor, secrets } = editing();
  const [own, other] = ['src/a.ts', 'src/b.ts'];
  await editor.open(own, `// one\nconst account = {|${pick(['\n};\n', ' };\n', ''])}`);
  await editor.open(other, 'import { use } from "./use";\n');
  // A short value inside a longer word is another value.
  const whole = new RegExp(`(?<![A-Za-z\\d])${password.replace(/\W/g, '\\$&')}(?![A-Za-z\\d])`);
  const steps: string[] = [];
  let checks = 0;
  const check = async () => {
    for (const path of [own, other]) {
      const { prefix, suffix } = await redactedQuery(editor.query(path), secrets);
      const text = await secrets.text(editor.text(path), path);
      checks++;
      const message = `seed ${seed}: ${steps.join(', ')}\n${editor.text(path)}`;
      for (const sent of [`${prefix}${suffix}`, text]) assert.doesNotMatch(sent, whole, message);
    }
  };
  const quote = pick(['"', "'"]);
  const name = pick(['password: ', 'const apiSecret = ', 'dbPassword: ']);
  const text = `${name}${quote}${password}`;
  for (const key of text) {
    await editor.type(own, key);
    if (random() < 0.1) await editor.pause(own);
  }
  await check();
  if (random() < 0.6) await editor.type(own, quote);
  const has = (path: string) => editor.text(path).includes(password);
  const typeOn = () => editor.type(own, pick(['x', ';', '\n', ', user: 1', '9!']));
  const actions: Readonly<Record<string, () => Promise<unknown>>> = {
    ...(names.includes(password) ? {} : { 'type on': typeOn }),
    backspace: async () => editor.query(own).prefix.length > 20 && editor.backspace(own, 1 + Math.floor(random() * 5)),
    pause: () => editor.pause(pick([own, other])),
    cut: async () => has(own) && editor.cut(own, password),
    'cut elsewhere': async () => has(other) && editor.cut(other, password),
    paste: async () => {
      const path = pick([own, other]);
      await editor.type(path, '\nuse("', editor.text(path).length);
      await editor.paste(path, password);
      await editor.type(path, '")');
    },
    'paste an argument': () => editor.paste(other, `\nuse("${password}");`, editor.text(other).length),
    undo: () => editor.undo(pick([own, own, other])),
    rename: async () => {
      const at = editor.text(own).indexOf(name);
      if (at >= 0) await editor.type(own, pick(['my', 'xx']), at + pick([0, 3]));
    },
    reopen: async () => {
      const kept = editor.text(other);
      await editor.close(other);
      await editor.open(other, kept);
    },
  };
  for (let step = 0; step < 14; step++) {
    const [action, run] = pick(Object.entries(actions));
    steps.push(action);
    await run();
    if (random() < 0.7) await check();
  }
  await check();
  return checks;
}

test('no order of typing, cutting, pasting and undoing sends a password', async () => {
  let checks = 0;
  for (let seed = 1; seed <= 150; seed++) checks += await session(seed);
  assert.ok(checks > 1500, `${checks}`);
});
