// The worker and its client: answers, cancellation, loading, and restart after a death.

import assert from 'node:assert/strict';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mock, type TestContext, test } from 'node:test';
import type { Log } from '../../../src/common/log.ts';
import { type Question, type Reply, serve } from '../../../src/common/remote.ts';
import type { Remote } from '../../../src/common/supervisor.ts';
import { EditJournal } from '../../../src/edits/history/journal.ts';
import { followUp } from '../../../src/edits/large-model/worth.ts';
import {
  FolderWorkerClient,
  type FolderWorkerClientOptions,
} from '../../../src/specialist/ngram/folder-worker-client.ts';
import { FolderWorkerService } from '../../../src/specialist/ngram/folder-worker-service.ts';
import type { LiveModel } from '../../../src/specialist/ngram/live-model.ts';
import { edit, recentChange } from '../../edits/support.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { assertFailed } from '../../support/results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { trainTokenizer } from '../../text/tokenizer/fixture.ts';
import { at, build, line, projectFiles, tokenizer } from './project.ts';

const folder = temporaryFolder();
const tokenizerPath = join(folder, 'tokenizer.json');
writeFileSync(tokenizerPath, JSON.stringify(trainTokenizer(projectFiles.map((file) => file.text).join('\n'), 600)));
const snapshotPath = join(folder, 'specialist.ngram');
writeFileSync(snapshotPath, build().serialize());
const script = join(import.meta.dirname, '../../../src/specialist/ngram/folder-worker.ts');
const neverAborted = () => new AbortController().signal;
const question = at('    if (rows.length === 0) {\n      ret¦');

/** A client that ends with the test. */
function started(t: TestContext, options: Partial<FolderWorkerClientOptions> = {}): FolderWorkerClient {
  const client = new FolderWorkerClient({ script, tokenizerPath, ...options });
  t.after(() => client.dispose());
  return client;
}

function logInto(messages: string[]): Log {
  const add = (message: string) => void messages.push(message);
  return { debug: add, info: add, warn: add, error: add };
}

/** Ends the worker as a crash would. */
async function kill(client: FolderWorkerClient): Promise<void> {
  await (client as unknown as { remote: Remote }).remote.end(0);
}

test('loads a snapshot, completes and finds snippets', async (t) => {
  const client = started(t);
  const loaded = await client.load(snapshotPath);
  assert.deepEqual(loaded.ok && loaded.value.files, projectFiles.length);
  assert.equal((await client.complete(question, line, neverAborted()))?.text, 'urn undefined;');
  const snippets = await client.snippets(question, { maxSnippets: 2, maxCharacters: 2000 }, neverAborted());
  assert.ok(snippets.length > 0 && snippets.length <= 2);
});

test('an open document is sent once as a whole, then as edits', async (t) => {
  const sent: Question[] = [];
  const client = started(t);
  const { remote } = client as unknown as { remote: Remote };
  const { post } = remote;
  mock.method(remote, 'post', (message: Question) => {
    sent.push(message);
    post(message);
  });
  const text = `${'// a long beginning\n'.repeat(100)}const otter = summonO(sea);\n${'// and end\n'.repeat(100)}`;
  client.setOpenFile('src/open.ts', text);
  client.setOpenFile('src/open.ts', text.replace('summonO(', 'summonOtter('));
  const draft = await client.complete(at('const o2 = summonOt¦'), line, neverAborted());
  assert.equal(draft?.text, 'ter(sea);');
  const edit = { path: 'src/open.ts', at: text.indexOf('(sea'), removed: 0, text: 'tter' };
  assert.deepEqual(sent[1], { kind: 'edit', request: edit });
  await kill(client);
  const revived = await client.complete(at('const o3 = summonOt¦'), line, neverAborted());
  // The restarted worker has the whole document, not only the edit.
  assert.equal(revived?.text ?? 'ter(sea);', 'ter(sea);');
});

test('knows the edits that it was told of after a snapshot is loaded and after a restart', async (t) => {
  const left = '  async archive(reason: Reason) {\n';
  const history = { edits: [edit({ left, inserted: '    return undefined;\n' })] };
  const asked = at(`${left}    ¦\n  }\n}\n`);
  const client = started(t);
  client.setHistory(history);
  await client.load(snapshotPath);
  const complete = async () => (await client.complete(asked, line, neverAborted()))?.text;
  assert.equal(await complete(), 'return undefined;');
  await kill(client);
  assert.equal(await complete(), 'return undefined;');
  client.setHistory({ edits: [] });
  assert.notEqual(await complete(), 'return undefined;');
});

test('files saved while a snapshot was made are applied to it, files saved before are not', async (t) => {
  const ask = async (client: FolderWorkerClient, noun: string) =>
    (await client.complete(at(`const x = summon${noun.slice(0, 2)}¦`), line, neverAborted()))?.text;
  const client = started(t);
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

test('a snapshot that cannot be read leaves the loaded one in use', async (t) => {
  const client = started(t);
  await client.load(snapshotPath);
  assertFailed(await client.load(join(folder, 'missing')), 'unreadable');
  const broken = join(folder, 'broken');
  writeFileSync(broken, 'not a snapshot at all, but long enough to be read');
  assertFailed(await client.load(broken), 'corrupt');
  assert.equal((await client.complete(question, line, neverAborted()))?.text, 'urn undefined;');
});

test('an aborted request rejects with the reason, and other requests are answered', async (t) => {
  const client = started(t);
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

test('a dead worker is replaced with snapshot and open files, and the client reports when it answers again', async (t) => {
  let revived = 0;
  const client = started(t, { onRevived: () => revived++ });
  await client.load(snapshotPath);
  client.setOpenFile('src/open.ts', 'const otter = summonOtter(sea);\n');
  client.removeFile('src/repositories/user.ts');
  const pending = client.complete(question, line, neverAborted());
  await kill(client);
  // The request was answered just before the worker died, or resolves with undefined. It does not hang.
  assert.ok([undefined, 'urn undefined;'].includes((await pending)?.text));
  assert.equal((await client.complete(at('const o2 = summonOt¦'), line, neverAborted()))?.text, 'ter(sea);');
  assert.equal((await client.complete(question, line, neverAborted()))?.text, 'urn undefined;');
  assert.equal(revived, 1);
});

test('a worker that dies four times in a row starts again after a pause, or with the next snapshot', async (t) => {
  const later = join(folder, 'later.json');
  const clock = new ManualClock();
  const paused: boolean[] = [];
  const messages: string[] = [];
  const client: FolderWorkerClient = started(t, {
    ...{ tokenizerPath: later, clock, log: logInto(messages) },
    onPaused: () => paused.push(client.isPaused),
  });
  const untilPaused = async () => {
    while (!client.isPaused) assert.equal(await client.complete(question, line, neverAborted()), undefined);
    assert.equal(await client.complete(question, line, neverAborted()), undefined);
  };
  await untilPaused();
  assert.ok(messages.includes('the specialist stopped 4 times (code 1) and starts again in 1 min'));
  await clock.advance(60_000);
  await untilPaused();
  assert.ok(messages.includes('the specialist stopped 5 times (code 1) and starts again in 2 min'));
  copyFileSync(tokenizerPath, later);
  await clock.advance(60_000);
  assert.ok(client.isPaused);
  await clock.advance(60_000);
  client.setOpenFile('src/open.ts', 'const otter = summonOtter(sea);\n');
  const completed = async () => (await client.complete(at('const o2 = summonOt¦'), line, neverAborted()))?.text;
  assert.equal(await completed(), 'ter(sea);');
  assert.deepEqual(paused, [true, false, true, false]);
  rmSync(later);
  for (let death = 0; death < 4; death++) await kill(client);
  await untilPaused();
  copyFileSync(tokenizerPath, later);
  assert.ok((await client.load(snapshotPath)).ok);
  assert.equal(await completed(), 'ter(sea);');
});

test('a thread that cannot be created is tried again after a pause', async (t) => {
  // A path that Node refuses.
  const { client, clock, messages } = watched(t, 'worker.mjs');
  assert.equal(await client.complete(question, line, neverAborted()), undefined);
  assert.ok(client.isPaused);
  await clock.advance(60_000);
  assert.ok(client.isPaused);
  assert.equal(messages.filter((message) => message.includes('starts again in')).length, 2);
  client.dispose();
  assert.equal((await client.load(snapshotPath)).ok, false);
  assert.equal(messages.filter((message) => message.includes('starts again in')).length, 2, 'not after its end');
});

/** A client with a manual clock, and its log. */
function watched(t: TestContext, file = script) {
  const messages: string[] = [];
  const clock = new ManualClock();
  const client = started(t, { script: file, clock, log: logInto(messages) });
  return { client, clock, messages };
}

/** A client of a worker that does not answer as it should. */
function stub(t: TestContext, onRequest: string) {
  const file = join(folder, 'stub.mjs');
  writeFileSync(
    file,
    `import { parentPort } from 'node:worker_threads';
    const post = (message) => parentPort.postMessage(message);
    post({ kind: 'log', level: 'info', message: 'started' });
    parentPort.on('message', ({ kind, id, request }) => { if (kind === 'complete') { ${onRequest} } });`,
  );
  return watched(t, file);
}

/** Loops for ever at one path. */
const loops =
  "while (request.query.path === 'loop'); post({ kind: 'answer', id, answer: { ok: true, value: { text: 'x' } } });";
const starts = (messages: readonly string[]) => messages.filter((message) => message === 'started').length;

test('a worker that fails at three requests in a row is replaced, and paused when its successors do the same', async (t) => {
  const fails = "post({ kind: 'answer', id, answer: { ok: false, error: { code: 'crashed', message: 'broken' } } });";
  const { client, messages } = stub(t, fails);
  const replacements = () => messages.filter((each) => each.includes('failed at 3 requests in a row')).length;
  while (!client.isPaused) {
    await client.complete(question, line, neverAborted());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual([replacements(), starts(messages)], [4, 4]);
});

test('a worker that answers in between is not replaced for its failures', async (t) => {
  const fails = `request.query.path === 'fail'
    ? post({ kind: 'answer', id, answer: { ok: false, error: { code: 'crashed', message: 'broken' } } })
    : post({ kind: 'answer', id, answer: { ok: true, value: { text: 'x' } } });`;
  const { client, messages } = stub(t, fails);
  for (const path of ['fail', 'fail', 'whole', 'fail', 'fail', 'whole'])
    await client.complete({ ...question, path }, line, neverAborted());
  assert.equal(messages.filter((each) => each.includes('failed at a request')).length, 4);
  assert.ok(!messages.some((each) => each.includes('and is replaced')));
});

test('a worker that loops for a minute is replaced, and its request has no answer', async (t) => {
  const { client, clock, messages } = stub(t, loops);
  let settled = false;
  const looping = client.complete({ ...question, path: 'loop' }, line, neverAborted());
  void looping.then(() => {
    settled = true;
  });
  await clock.advance(50_000);
  assert.equal(settled, false);
  await clock.advance(25_000);
  assert.equal(await looping, undefined);
  assert.equal((await client.complete(question, line, neverAborted()))?.text, 'x');
  assert.ok(messages.includes('the specialist does not answer and is replaced'));
});

test('a worker that loops is replaced while each request cancels the one before', async (t) => {
  const { client, clock, messages } = stub(t, loops);
  for (let second = 0; second < 80 && !messages.some((each) => each.includes('is replaced')); second += 5) {
    const controller = new AbortController();
    const typed = client.complete({ ...question, path: 'loop' }, line, controller.signal);
    await clock.advance(5000);
    controller.abort(new Error('typed on'));
    await typed.catch(() => {});
  }
  assert.ok(messages.includes('the specialist does not answer and is replaced'));
});

test('a worker that was asked nothing more is not replaced', async (t) => {
  const { client, clock, messages } = watched(t);
  for (let request = 0; request < 3; request++) {
    const controller = new AbortController();
    const cancelled = client.complete(question, line, controller.signal);
    controller.abort(new Error('typed on'));
    await assert.rejects(cancelled);
  }
  // Its answer comes after the replies to the cancellations.
  await client.complete(question, line, neverAborted());
  await clock.advance(300_000);
  assert.ok(!messages.some((message) => message.includes('is replaced')));
});

test('a change that cannot be applied is logged, and the worker goes on', async () => {
  const replies: Reply[] = [];
  const service = new FolderWorkerService(tokenizer);
  mock.method((service as unknown as { live: LiveModel }).live, 'change', () => {
    throw new Error('bad text');
  });
  const { receive } = serve(service.handlers, (reply) => replies.push(reply));
  receive({ kind: 'file', request: { kind: 'saved', path: 'a.ts', text: 'x' } });
  await new Promise(setImmediate);
  assert.deepEqual(replies, [{ kind: 'log', level: 'error', message: "'file' failed: bad text" }]);
  service.dispose();
});

test('after dispose requests resolve with undefined', async () => {
  const client = new FolderWorkerClient({ script, tokenizerPath });
  const pending = client.complete(question, line, neverAborted());
  client.dispose();
  assert.equal(await pending, undefined);
  assert.equal(await client.complete(question, line, neverAborted()), undefined);
});

test('the newest completion request is answered first, and a cancelled one never', async () => {
  const replies: string[] = [];
  const service = new FolderWorkerService(tokenizer);
  const { receive } = serve(service.handlers, (reply) => {
    if (reply.kind === 'answer') replies.push(`${reply.id} ${reply.answer.ok ? 'ok' : reply.answer.error.code}`);
  });
  for (const id of [1, 2, 3]) receive({ kind: 'complete', id, request: { query: question, options: line } });
  receive({ kind: 'cancel', id: 2 });
  while (replies.length < 3) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(replies, ['2 cancelled', '3 ok', '1 ok']);
  service.dispose();
});

test('above the limit the oldest changed texts are dropped, but no open documents', async (t) => {
  const client = started(t);
  client.setOpenFile('open.ts', 'x'.repeat(1000));
  for (let i = 0; i < 5; i++) client.setSavedFile(`saved${i}.ts`, '\n'.repeat(9e6));
  const kept = client.changed().map(({ path }) => path);
  assert.deepEqual(kept, ['open.ts', 'saved2.ts', 'saved3.ts', 'saved4.ts']);
  client.removeFile('saved3.ts');
  client.setSavedFile('saved5.ts', '\n'.repeat(9e6));
  assert.equal(client.changed().length, 5, 'removing a file frees space for another');
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

test('finds the next edits in the texts that come with the request', async (t) => {
  const client = started(t);
  const journal = new EditJournal();
  journal.open('a.ts', 'old(1);\n\n\nold(2);\n\n\nold(3);\n');
  client.setOpenFile('a.ts', journal.textOf('a.ts'));
  for (const line of [0, 3]) {
    const start = (journal.textOf('a.ts') ?? '').split('\n').slice(0, line).join('\n').length + Math.min(1, line);
    journal.record({ path: 'a.ts', ranges: [{ start, end: start + 3, text: 'fresh' }], time: line });
  }
  const documents = [{ path: 'a.ts', text: journal.textOf('a.ts') as string }];
  const found = await client.nextEdits({ edits: journal.recentEdits(), documents, ms: 10_000 }, neverAborted());
  const places = found.map(({ line, replacement }) => [line, replacement]);
  assert.deepEqual(places, [[6, 'fresh']]);
});

test('finds the next edits in open documents and in files of the folder', async (t) => {
  const client = started(t);
  await client.load(snapshotPath);
  const journal = new EditJournal();
  const before = new Map(projectFiles.map(({ path, text }) => [path, text]));
  const paths = ['src/repositories/user.ts', 'src/repositories/order.ts'];
  for (const [time, path] of paths.entries()) {
    const text = before.get(path) as string;
    journal.open(path, text);
    const start = text.indexOf('database');
    journal.record({ path, ranges: [{ start, end: start + 'database'.length, text: 'storage' }], time });
    client.setOpenFile(path, journal.textOf(path));
  }
  const found = await client.nextEdits({ edits: journal.recentEdits(), ms: 30_000 }, neverAborted());
  const others = projectFiles.map(({ path }) => path).filter((path) => !paths.includes(path));
  const imports = found.filter(({ line }) => line === 0);
  assert.deepEqual(imports.map(({ path }) => path).sort(), others.sort());
  assert.ok(imports.every(({ removed, replacement }) => removed === 'database' && replacement === 'storage'));
});

test('judges a place and an edit of a large model, with the names of the folder’s other files', async (t) => {
  const path = 'src/new.ts';
  const changes = [recentChange('const total = 1;', 'const sum = 1;', path)];
  const place = { path, text: 'const sum = 1;\nsend(total);\n', offset: 14, changes, errors: [] };
  const client = started(t);
  await client.load(snapshotPath);
  client.setOpenFile('src/open.ts', 'summonOtter();\n');
  client.setOpenFile(path, place.text);
  const check = (now: string) => client.checkedEdit(place, { sure: 1, old: 'send(total);', new: now }, neverAborted());
  assert.equal(await client.followUp(place, neverAborted()), followUp(place));
  for (const text of ['.InvoiceRepository(sum', '.summonOtter(sum'])
    assert.deepEqual(await check(`send${text});`), { start: 19, end: 25, text });
  assert.equal(await check('send.summonWombat(sum);'), 'it brings an unknown name');
  assert.equal(await check('send(sum;'), 'it breaks the syntax');
  client.dispose();
  assert.deepEqual([await client.followUp(place, neverAborted()), await check('')], [0, 'it could not be checked']);
});
