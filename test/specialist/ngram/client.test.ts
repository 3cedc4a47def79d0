// The worker and its client: answers, cancellation, loading, and restart after a death.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { NgramClient } from '../../../src/specialist/ngram/client.ts';
import type { FromWorker, ToWorker } from '../../../src/specialist/ngram/protocol.ts';
import { NgramService } from '../../../src/specialist/ngram/service.ts';
import { EditJournal } from '../../../src/workspace/edits/journal.ts';
import { trainTokenizer } from '../../text/tokenizer/fixture.ts';
import { edit } from '../../workspace/edits/support.ts';
import { at, build, line, projectFiles, tokenizer } from './project.ts';

const folder = mkdtempSync(join(tmpdir(), 'ngram-client-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const tokenizerPath = join(folder, 'tokenizer.json');
writeFileSync(tokenizerPath, JSON.stringify(trainTokenizer(projectFiles.map((file) => file.text).join('\n'), 600)));
const snapshotPath = join(folder, 'specialist.ngram');
writeFileSync(snapshotPath, build().serialize());
const script = join(import.meta.dirname, '../../../src/specialist/decoding/ngram-worker.ts');
const noServer = () => Promise.reject(new Error('There is no server.'));
const neverAborted = () => new AbortController().signal;
const question = at('    if (rows.length === 0) {\n      ret¦');

async function withClient(use: (client: NgramClient) => Promise<void>, onRevived?: () => void): Promise<void> {
  const client = new NgramClient({ script, tokenizerPath, ...(onRevived && { onRevived }) });
  try {
    await use(client);
  } finally {
    client.dispose();
  }
}

/** Ends the worker as a crash would. */
async function kill(client: NgramClient): Promise<void> {
  await (client as unknown as { worker: { terminate(): Promise<number> } }).worker.terminate();
}

test('loads a snapshot, completes and finds snippets', async () => {
  await withClient(async (client) => {
    const loaded = await client.load(snapshotPath);
    assert.deepEqual(loaded.ok && loaded.value.files, projectFiles.length);
    assert.equal((await client.complete(question, line, neverAborted()))?.text, 'urn undefined;');
    const snippets = await client.snippets(question, { maxSnippets: 2, maxCharacters: 2000 }, neverAborted());
    assert.ok(snippets.length > 0 && snippets.length <= 2);
  });
});

test("ranks a server's answer with the lines of the snapshot", async () => {
  await withClient(async (client) => {
    await client.load(snapshotPath);
    const ranked = async (text: string) => {
      const answer = { model: 'tuned', text, before: '', tokens: [], complete: true };
      const made = await client.rank(question, line, answer, neverAborted());
      return [made?.text, made?.model];
    };
    assert.deepEqual(await ranked('urn null;'), ['urn undefined;', 'tuned + n-gram']);
    assert.deepEqual(await ranked('urn undefined;'), ['urn undefined;', 'tuned + n-gram']);
  });
});

test('completes from open documents before a snapshot is loaded', async () => {
  await withClient(async (client) => {
    client.setOpenFile('src/open.ts', 'const otter = summonOtter(sea);\n');
    const draft = await client.complete(at('const o2 = summonOt¦'), line, neverAborted());
    assert.equal(draft?.text, 'ter(sea);');
  });
});

test('an open document is sent once as a whole, then as edits', async () => {
  const sent: ToWorker[] = [];
  await withClient(async (client) => {
    const { worker } = client as unknown as { worker: { postMessage(message: ToWorker): void } };
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message) => {
      sent.push(message);
      post(message);
    };
    const text = `${'// a long beginning\n'.repeat(100)}const otter = summonO(sea);\n${'// and end\n'.repeat(100)}`;
    client.setOpenFile('src/open.ts', text);
    client.setOpenFile('src/open.ts', text.replace('summonO(', 'summonOtter('));
    const draft = await client.complete(at('const o2 = summonOt¦'), line, neverAborted());
    assert.equal(draft?.text, 'ter(sea);');
    const edit = { path: 'src/open.ts', at: text.indexOf('(sea'), removed: 0, text: 'tter' };
    assert.deepEqual(sent[1], { kind: 'edit', edit });
    await kill(client);
    const revived = await client.complete(at('const o3 = summonOt¦'), line, neverAborted());
    assert.equal(
      revived?.text ?? 'ter(sea);',
      'ter(sea);',
      'the restarted worker has the whole document, not only the edit',
    );
  });
});

test('knows the edits that it was told of after a snapshot is loaded and after a restart', async () => {
  const left = '  async archive(reason: Reason) {\n';
  const history = { edits: [edit({ left, inserted: '    return undefined;\n' })] };
  const asked = at(`${left}    ¦\n  }\n}\n`);
  await withClient(async (client) => {
    client.setHistory(history);
    await client.load(snapshotPath);
    const complete = async () => (await client.complete(asked, line, neverAborted()))?.text;
    assert.equal(await complete(), 'return undefined;');
    await kill(client);
    assert.equal(await complete(), 'return undefined;');
    client.setHistory({ edits: [] });
    assert.notEqual(await complete(), 'return undefined;');
  });
});

test('files saved while a snapshot was made are applied to it, files saved before are not', async () => {
  const ask = async (client: NgramClient, noun: string) =>
    (await client.complete(at(`const x = summon${noun.slice(0, 2)}¦`), line, neverAborted()))?.text;
  await withClient(async (client) => {
    client.setSavedFile('src/before.ts', 'const o = summonOtter(sea);\n'.repeat(3));
    const begun = client.mark();
    client.setSavedFile('src/meanwhile.ts', 'const b = summonBadger(wood);\n'.repeat(3));
    const loaded = await client.load(snapshotPath, begun);
    assert.ok(loaded.ok);
    assert.equal(await ask(client, 'Badger'), 'dger(wood);');
    assert.notEqual(await ask(client, 'Otter'), 'ter(sea);');
    await kill(client);
    assert.equal(await ask(client, 'Badger'), 'dger(wood);');
  });
});

test('a snapshot that cannot be read leaves the loaded one in use', async () => {
  await withClient(async (client) => {
    await client.load(snapshotPath);
    const missing = await client.load(join(folder, 'missing'));
    assert.equal(!missing.ok && missing.error.code, 'unreadable');
    const broken = join(folder, 'broken');
    writeFileSync(broken, 'not a snapshot at all, but long enough to be read');
    const refused = await client.load(broken);
    assert.equal(!refused.ok && refused.error.code, 'corrupt');
    assert.equal((await client.complete(question, line, neverAborted()))?.text, 'urn undefined;');
  });
});

test('an aborted request rejects with the reason, and other requests are answered', async () => {
  await withClient(async (client) => {
    await client.load(snapshotPath);
    const controller = new AbortController();
    const reason = new Error('stale');
    const stale = client.complete(question, line, controller.signal);
    const fresh = client.complete(question, line, neverAborted());
    controller.abort(reason);
    await assert.rejects(stale, reason);
    assert.equal((await fresh)?.text, 'urn undefined;');
    await assert.rejects(client.complete(question, line, controller.signal), reason);
  });
});

test('the client reports when a restarted worker answers again', async () => {
  let times = 0;
  await withClient(
    async (client) => {
      await client.load(snapshotPath);
      assert.equal(times, 0);
      await kill(client);
      await client.complete(question, line, neverAborted());
      assert.equal(times, 1);
    },
    () => times++,
  );
});

test('a dead worker is replaced with snapshot and open files', async () => {
  await withClient(async (client) => {
    await client.load(snapshotPath);
    client.setOpenFile('src/open.ts', 'const otter = summonOtter(sea);\n');
    client.removeFile('src/repositories/user.ts');
    const pending = client.complete(question, line, neverAborted());
    await kill(client);
    // The request was answered just before the worker died, or resolves with undefined. It does not hang.
    assert.ok([undefined, 'urn undefined;'].includes((await pending)?.text));
    assert.equal((await client.complete(at('const o2 = summonOt¦'), line, neverAborted()))?.text, 'ter(sea);');
    assert.equal((await client.complete(question, line, neverAborted()))?.text, 'urn undefined;');
  });
});

test('after several failed starts of the worker, requests resolve with undefined', async () => {
  const errors: string[] = [];
  const quiet = { debug() {}, info() {}, warn() {}, error: (message: string) => void errors.push(message) };
  const client = new NgramClient({ script, tokenizerPath: join(folder, 'none.json'), log: quiet });
  for (let i = 0; i < 5; i++) assert.equal(await client.complete(question, line, neverAborted()), undefined);
  assert.ok(errors.some((message) => message.includes('stays off')));
  client.dispose();
});

test('after dispose requests resolve with undefined', async () => {
  const client = new NgramClient({ script, tokenizerPath });
  const pending = client.complete(question, line, neverAborted());
  client.dispose();
  assert.equal(await pending, undefined);
  assert.equal(await client.complete(question, line, neverAborted()), undefined);
});

test('the newest completion request is answered first, and a cancelled one never', async () => {
  const answered: FromWorker[] = [];
  const service = new NgramService(tokenizer, (message) => answered.push(message), noServer);
  const request = { kind: 'complete', query: question, options: line } as const;
  for (const id of [1, 2, 3]) service.receive({ kind: 'request', id, request });
  service.receive({ kind: 'cancel', id: 2 });
  while (answered.length < 2) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(
    answered.map((message) => 'id' in message && message.id),
    [3, 1],
  );
  service.dispose();
});

test('invalid requests and requests above the queue limit fail, other invalid messages are ignored', async () => {
  const answered: FromWorker[] = [];
  const service = new NgramService(tokenizer, (message) => answered.push(message), noServer);
  const invalid = [
    null,
    7,
    {},
    { kind: 'file' },
    { kind: 'file', change: { kind: 'open', path: 'a' } },
    { kind: 'cancel' },
  ];
  for (const message of invalid) service.receive(message as never);
  assert.equal(answered.length, 0);
  for (const request of [undefined, {}, { kind: 'nonsense' }, { kind: 'load' }]) {
    service.receive({ kind: 'request', id: 1, request } as never);
    assert.equal(answered.pop()?.kind, 'failed');
  }
  const request = { kind: 'complete', query: question, options: line } as const;
  for (let id = 0; id < 501; id++) service.receive({ kind: 'request', id, request });
  assert.equal(answered.pop()?.kind, 'failed');
  for (let id = 0; id < 499; id++) service.receive({ kind: 'cancel', id });
  while (answered.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answered[0]?.kind, 'answer');
  service.dispose();
});

test('with too many requests the oldest get no answer', async () => {
  await withClient(async (client) => {
    const asked = Array.from({ length: 130 }, () => client.complete(question, line, neverAborted()));
    const loaded = client.load(snapshotPath);
    assert.deepEqual(await Promise.all(asked.slice(0, 30)), Array(30).fill(undefined));
    assert.ok((await loaded).ok);
    await Promise.all(asked);
    assert.equal((await client.complete(question, line, neverAborted()))?.text, 'urn undefined;');
  });
});

test('above the limit the oldest changed texts are dropped, but no open documents', async () => {
  await withClient(async (client) => {
    client.setOpenFile('open.ts', 'x'.repeat(1000));
    for (let i = 0; i < 5; i++) client.setSavedFile(`saved${i}.ts`, '\n'.repeat(9e6));
    assert.deepEqual(
      client.changed().map(({ path }) => path),
      ['open.ts', 'saved2.ts', 'saved3.ts', 'saved4.ts'],
    );
    client.removeFile('saved3.ts');
    client.setSavedFile('saved5.ts', '\n'.repeat(9e6));
    assert.equal(client.changed().length, 5, 'removing a file frees space for another');
  });
});

test('snippets define what the cursor needs, and never come from its own file', () => {
  const database = 'export class Database {\n  query(sql: string): Row[] {\n    return run(sql);\n  }\n}\n';
  const files = [...projectFiles, { path: 'src/database.ts', text: database }];
  const model = build(files);
  const query = at('    const database = new Database¦', 'src/repositories/user.ts');
  const snippets = model.snippets(query, { maxSnippets: 3, maxCharacters: 1500 });
  assert.ok(snippets.some(({ path, text }) => path === 'src/database.ts' && text.startsWith('export class Database')));
  assert.ok(snippets.every(({ path }) => path !== query.path));
  assert.ok(snippets.reduce((sum, { text }) => sum + text.length, 0) <= 1500);
  const texts = new Map(files.map((file) => [file.path, file.text.split('\n')]));
  for (const { path, text, line: first } of snippets) {
    const there = texts.get(path)?.slice(first).join('\n') as string;
    assert.ok(there.startsWith(text), `${path}:${first}: ${text}`);
  }
});

test('finds the next edits in the texts that come with the request', async () => {
  await withClient(async (client) => {
    const journal = new EditJournal();
    journal.open('a.ts', 'old(1);\n\n\nold(2);\n\n\nold(3);\n');
    client.setOpenFile('a.ts', journal.textOf('a.ts'));
    for (const line of [0, 3]) {
      const range = { start: { line, character: 0 }, end: { line, character: 3 } };
      journal.record({ path: 'a.ts', ranges: [{ range, text: 'fresh' }], time: line });
    }
    const documents = [{ path: 'a.ts', text: journal.textOf('a.ts') as string }];
    const found = await client.nextEdits({ edits: journal.recentEdits(), documents, ms: 10_000 }, neverAborted());
    assert.deepEqual(
      found.map(({ range, replacement }) => [range.start.line, replacement]),
      [[6, 'fresh']],
    );
  });
});

test('finds the next edits in open documents and in files of the folder', async () => {
  await withClient(async (client) => {
    await client.load(snapshotPath);
    const journal = new EditJournal();
    const before = new Map(projectFiles.map(({ path, text }) => [path, text]));
    const paths = ['src/repositories/user.ts', 'src/repositories/order.ts'];
    for (const [time, path] of paths.entries()) {
      const text = before.get(path) as string;
      journal.open(path, text);
      const character = (text.split('\n')[0] as string).indexOf('database');
      const range = { start: { line: 0, character }, end: { line: 0, character: character + 'database'.length } };
      journal.record({ path, ranges: [{ range, text: 'storage' }], time });
      client.setOpenFile(path, journal.textOf(path));
    }
    const found = await client.nextEdits({ edits: journal.recentEdits(), ms: 30_000 }, neverAborted());
    const others = projectFiles.map(({ path }) => path).filter((path) => !paths.includes(path));
    const imports = found.filter(({ range }) => range.start.line === 0);
    assert.deepEqual(imports.map(({ path }) => path).sort(), others.sort());
    assert.ok(imports.every(({ removed, replacement }) => removed === 'database' && replacement === 'storage'));
  });
});
