// `inspect`: the stored and sent data of a folder, without planted secrets.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { type KeptRow, keptKinds } from '../../../src/adapt/report/kept.ts';
import { systemClock } from '../../../src/common/clock.ts';
import { silentLog } from '../../../src/common/log.ts';
import { Backoff } from '../../../src/llm/backoff.ts';
import { connectLlm } from '../../../src/llm/connect.ts';
import { queryOf } from '../../../src/prompts/completion/completion-position.ts';
import { defaultRouter } from '../../../src/routing/fit.ts';
import { FolderWorkerClient } from '../../../src/specialist/ngram/folder-worker-client.ts';
import { Suggester } from '../../../src/suggest/suggester.ts';
import { SessionSecrets } from '../../../src/vscode/folder/session-secrets.ts';
import { harvestFolder } from '../../../src/workspace/files/folder.ts';
import { makeProject, type Project, tokenizerPath } from '../../adapt/project.ts';
import { MessagesServer } from '../../fakes/messages-server.ts';
import { SETTINGS } from '../../suggest/harness.ts';
import { noise } from '../../workspace/files/samples.ts';
import { runCli } from './run.ts';

const apiKey = noise(32);
const password = `Blue-${'Heron'}-77!`;
const inEnvironment = `Zt7${noise(21)}`;
const inUrl = `v3ry${noise(11)}`;
const github = `ghp_${noise(36)}`;
const pemLine = noise(64, 'QwErTyUiOpAsDf0987654321');

/** Planted secrets, and the files that contain them. */
const planted = [apiKey, password, inEnvironment, inUrl, github, pemLine];
const carriers: Readonly<Record<string, string>> = {
  '.env': `SOMETHING=${inEnvironment}\n`,
  'src/client.ts': `export const password = "${password}";\nexport const apiKey = "${apiKey}";\n\nconnect(password);\nconnect(apiKey);\n`,
  // No line of these files names a secret.
  'docs/setup.md': `# Setup\n\nStart it with ${inEnvironment}, as joe with ${password}. The key is ${apiKey}.\n`,
  'config/app.yml': `database:\n  url: postgres://joe:${inUrl}@db.example.org/shop\n  note: "${encodeURIComponent(password)}"\n`,
  'src/deploy.ts': `// ${Buffer.from(`joe:${inUrl}`).toString('base64')}\nconst a = '${github}';\nrun(a, '${apiKey}');\n`,
  'src/key.ts': `const pem = \`-----BEGIN RSA PRIVATE KEY-----\n${pemLine}\n${noise(60)}\n-----END RSA PRIVATE KEY-----\`;\nuse("${pemLine}");\n`,
  [`dumps/${apiKey}.md`]: '# A dump\n\nTaken at night, restored in the morning, never looked at again.\n',
};

let project: Project;
let storage: string;
let api: MessagesServer;
before(async () => {
  project = makeProject(5);
  storage = join(dirname(project.root), 'storage');
  for (const [path, text] of Object.entries(carriers)) {
    mkdirSync(dirname(join(project.root, path)), { recursive: true });
    writeFileSync(join(project.root, path), text);
  }
  api = await MessagesServer.start();
});
after(async () => {
  await api.close();
  project.remove();
});

const inspect = async (...args: string[]) => {
  const result = await runCli(['inspect', project.root, '--storage', storage, ...args]);
  const rows =
    result.code === 0
      ? (result.out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)) as KeptRow[])
      : [];
  return { ...result, rows };
};

/** Checks that the text contains no planted secret, also in encoded form, and no middle part of one. */
function assertNothingPlanted(text: string): void {
  for (const secret of planted) {
    for (const form of [secret, encodeURIComponent(secret), secret.slice(3, -3)])
      assert.ok(!text.includes(form), `${form} in ${text.slice(Math.max(0, text.indexOf(form) - 200)).slice(0, 400)}`);
    assert.ok(!text.includes(Buffer.from(`joe:${secret}`).toString('base64').slice(8, -4)), `${secret} in base64`);
  }
}

test('inspect --at prints the exact request of a completion, with its hint', async () => {
  const file = join(project.root, 'src/client.ts');
  const text = carriers['src/client.ts'] as string;
  const at = text.indexOf('connect(apiKey)') + 'connect('.length;
  const line = text.slice(0, at).split('\n').length;
  const { code, err, rows, out } = await inspect('--at', `${file}:${line}:9`);
  assert.equal(code, 0, err);
  assertNothingPlanted(out);
  const [prompt] = rows;
  assert.deepEqual([prompt?.kind, prompt?.path], ['prompt', 'src/client.ts']);

  // The same position, completed by the editor's parts with a real worker, real rules and a real call.
  const ngram = new FolderWorkerClient({
    script: resolve(import.meta.dirname, '../../../src/specialist/ngram/folder-worker.ts'),
    tokenizerPath,
  });
  const secrets = new SessionSecrets(true);
  try {
    const found = await harvestFolder(project.root, { trusted: true }, { signal: new AbortController().signal });
    assert.ok(found.ok);
    await secrets.add(found.value.secrets.all);
    assert.ok((await ngram.load(join(storage, 'specialists', await onlyFolder(), 'specialist.ngram'))).ok);
    const llm = connectLlm({ apiKey: 'key-of-a-test', baseUrl: api.url, model: '', timeoutMs: 20_000 });
    const service = new Suggester({
      specialist: ngram,
      llm: () => llm,
      routerFor: () => defaultRouter(),
      settings: () => ({ ...SETTINGS, balance: 1 }),
      clock: systemClock,
      redact: secrets,
      backoff: new Backoff({ clock: systemClock }),
      onEvent() {},
      log: silentLog,
    });
    const query = queryOf(text, at, 'src/client.ts', 'typescript');
    await service.suggest({ query, trigger: 'manual', indentUnit: '    ' }, new AbortController().signal);
    service.dispose();
  } finally {
    ngram.dispose();
    secrets.dispose();
  }
  assert.equal(api.requests.length, 1);
  assert.equal(prompt?.text, JSON.stringify(api.requests[0]?.body));
});

async function onlyFolder(): Promise<string> {
  const { readdirSync } = await import('node:fs');
  const folders = readdirSync(join(storage, 'specialists'));
  assert.equal(folders.length, 1);
  return folders[0] as string;
}

test('inspect prints rows of every kind, and no planted secret in any line', async () => {
  const paid = await runCli([project.root, '--storage', storage, '--yes', '--places', '8', '--json'], {
    ANTHROPIC_API_KEY: 'sk-ant-test-0123456789',
    ANTHROPIC_BASE_URL: api.url,
  });
  assert.equal(paid.code, 0, paid.err);
  const { code, err, rows, out } = await inspect('--verbose');
  assert.equal(code, 0, err);
  const kinds = new Set(rows.map(({ kind }) => kind));
  const actual = keptKinds.filter((kind) => !kinds.has(kind));
  assert.deepEqual(actual, []);
  assert.ok(rows.every(({ path, text }) => typeof path === 'string' && typeof text === 'string'));
  for (const text of [out, err, paid.out, paid.err]) assertNothingPlanted(text);
  for (const body of api.requests) assertNothingPlanted(JSON.stringify(body));
  // The rows contain real texts, not only placeholders.
  const rowsOfKind = (kind: KeptRow['kind']) => rows.filter((row) => row.kind === kind);
  const user = project.files.get('src/load/user.ts');
  for (const kind of ['harvest', 'snapshot'] as const)
    assert.equal(rowsOfKind(kind).find(({ path }) => path === 'src/load/user.ts')?.text, user);
  assert.ok(
    rowsOfKind('sample').some(({ text }) => /<\|file\|>src\/.*<\|suffix\|>.*<\|prefix\|>.*<\|eom\|>/s.test(text)),
  );
  assert.ok(rowsOfKind('label').every(({ text }) => JSON.parse(text).messages.length > 0));
  assert.ok(rowsOfKind('harvest').some(({ path }) => path === `dumps/${'*'.repeat(apiKey.length)}.md`));
});

test('a reader that closes the pipe early is no error', async () => {
  const { spawn } = await import('node:child_process');
  const cli = resolve(import.meta.dirname, '../../../src/jobs/cli/main.ts');
  const args = [cli, 'inspect', project.root, '--storage', storage, '--no-neural'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.on('data', (text) => {
    err += text;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((done) => child.on('close', done));
  assert.equal(code, 0, err);
  assert.doesNotMatch(err, /EPIPE/);
});

test('wrong input fails with one sentence', async () => {
  const client = join(project.root, 'src/client.ts');
  const usage: [string[], RegExp][] = [
    [['inspect'], /Name a folder: inspect FOLDER\./],
    [['inspect', join(project.root, 'nowhere')], /There is no folder/],
    [['inspect', client], /is a file/],
    [['adapt', '--at', `${client}:1`], /--at belongs to inspect/],
  ];
  for (const [args, message] of usage) {
    const { code, err, out } = await runCli([...args, '--storage', storage]);
    assert.deepEqual([code, out], [2, ''], err);
    assert.match(err, message);
  }
  const positions: [string, RegExp][] = [
    ['somewhere', /is not a position/],
    [`${client}:99`, /has 6 lines, no line 99/],
    [`${client}:0`, /no line 0/],
    [`${client}:1:0`, /no column 0/],
    [`${client}:4:99`, /columns 1 to 19, no column 99/],
    [`${join(project.root, 'src/none.ts')}:1`, /it does not exist/],
    [`${join(project.root, 'src')}:1`, /it is no plain file/],
    [`${tokenizerPath}:1`, /is outside/],
    [`${join(project.root, '.env')}:1`, /Nothing of \.env is ever sent/],
  ];
  for (const [at, message] of positions) {
    const { code, err, out } = await inspect('--at', at);
    assert.deepEqual([code, out], [1, ''], err);
    assert.match(err, message);
  }
});
