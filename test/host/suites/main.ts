// A trusted folder without an API key: everything that the extension does locally, through the editor's own commands.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { handlerSource } from '../../support/handlers.ts';
import { OVERFLOWS_STACK } from '../../support/overflowing.ts';
import { descendants } from '../../support/processes.ts';
import { acceptedIn, rows, suggestionsIn } from '../../support/stored.ts';
import { noise } from '../../workspace/files/samples.ts';
import {
  activated,
  assertNothingSent,
  complete,
  completeUntil,
  filesHolding,
  indexed,
  inFolder,
  newFile,
  ourLog,
  replaceAll,
  show,
} from '../hands.ts';
import { type Plan, type Suite, until } from '../harness.ts';
import { running } from '../threads.ts';

/** The handler of a thing that the project does not have, up to a place where only one text can follow. */
const source = handlerSource('voucher');
const upTo = (text: string) => source.slice(0, source.indexOf(text) + text.length);

const showVoucher = async () => show(await vscode.workspace.openTextDocument(inFolder('src/handlers/voucher.ts')));

/** Long enough for any answer that was coming; used only where none may come. */
const quietMs = 2500;

/** Jobs that run: processes of this extension host. */
const jobs = () => descendants(process.pid).filter(({ args }) => args.includes('job.cjs'));

export function defineMain(suite: Suite, plan: Plan): void {
  suite.test('the extension is activated without a command', activated);

  suite.test('an opened folder is indexed without a command', () => indexed(plan.storage).then(() => {}));

  suite.test('ghost text at the end of a line of code', async () => {
    const editor = await newFile('src/handlers/voucher.ts', '');
    const text = await completeUntil(editor, upTo('respondWithError(context, '), /^404, 'not found'\);/);
    suite.note(`completed: ${JSON.stringify(text)}`);
  });

  suite.test('ghost text in prose', async () => {
    const editor = await newFile('docs/voucher.md', '');
    await completeUntil(
      editor,
      'The voucher page answers politely and never ',
      /^keeps a connection open after the reply\./,
    );
  });

  suite.test('ghost text in a file without a folder and without a name', async () => {
    const editor = await show(await vscode.workspace.openTextDocument({ language: 'typescript', content: '' }));
    const line = (name: string) => `const harvest${name}Registry = createHarvestRegistry(settings);\n`;
    const text = `${['Sun', 'Moon', 'Rain', 'Wind'].map(line).join('\n')}\nconst harvestSnowRegistry = `;
    await completeUntil(editor, text, /^createHarvestRegistry\(settings\);/);
  });

  suite.test('a change on disk replaces unsaved text only after that text is discarded', async () => {
    const line = (name: string) => `export const ${name}TarnGauge = measure${name}TarnGauge(upperSill, lowerSill);\n`;
    const editor = await newFile('src/unsaved.ts', line('amber').repeat(3));
    const { document } = await newFile('src/other.ts', '');
    const known = async (name: string) =>
      completeUntil(
        await show(document),
        `export const ${name}Tarn`,
        new RegExp(`^Gauge = measure${name}TarnGauge\\(upperSill, lowerSill\\);`),
      );
    await known('amber');
    // The second file is indexed after the first, so its text shows that both are.
    for (const [path, name] of [
      ['src/unsaved.ts', 'birch'],
      ['src/written.ts', 'cedar'],
    ] as const)
      writeFileSync(inFolder(path).fsPath, line(name).repeat(3));
    await known('cedar');
    await known('amber');
    await show(editor.document);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await known('birch');
  });

  suite.test('suggestions in CRLF documents have CRLF line ends', async () => {
    const crlf = (text: string) => text.replaceAll('\n', '\r\n');
    const editor = await newFile('src/handlers/crlf.ts', '', '\r\n');
    await until('CRLF', async () => {
      await editor.edit((edit) => edit.setEndOfLine(vscode.EndOfLine.CRLF));
      return editor.document.eol === vscode.EndOfLine.CRLF;
    });
    await completeUntil(editor, crlf(upTo('respondWithError(context, ')), /^404, 'not found'\);/);
    await editor.document.save();
    const bytes = readFileSync(editor.document.uri.fsPath, 'utf8');
    assert.ok(bytes.includes('\r\n'));
    assert.doesNotMatch(bytes, /[^\r]\n/);
  });

  suite.test('completions and their outcomes are logged', async () => {
    await until('an accepted completion', () => acceptedIn(ourLog(plan), 'accepted').some((length) => length > 0));
    const times = suggestionsIn(ourLog(plan)).map(({ ms }) => ms);
    suite.note(`latency of ${times.length} completions, ms: ${times.sort((a, b) => a - b).join(' ')}`);
  });

  suite.test('Adapt to This Repo indexes, measures and stores a report', async () => {
    const started = performance.now();
    await vscode.commands.executeCommand('easyAdaptation.adapt');
    suite.note(`adapted in ${Math.round(performance.now() - started)} ms`);
    const adaptations = rows(plan.storage, 'select report, router from adaptations');
    assert.equal(adaptations.length, 1);
    const report = JSON.parse(String(adaptations[0]?.report)) as { harvest: { files: number; tokens: number } };
    assert.ok(report.harvest.files >= 26, `${report.harvest.files} files`);
    assert.ok(report.harvest.tokens > 5000, `${report.harvest.tokens} tokens`);
    const editor = await showVoucher();
    await completeUntil(editor, upTo('const database = await '), /^openDatabase\(context\.configuration\);/);
  });

  suite.test('a cancelled adaptation stores nothing', async () => {
    const before = rows(plan.storage, 'select * from adaptations');
    const run = vscode.commands.executeCommand('easyAdaptation.adapt');
    await until('the run to begin', () => jobs().length > 0);
    let over = false;
    void run.then(() => {
      over = true;
    });
    // The run waits if an index is being built.
    await until('the run to end', async () => {
      await vscode.commands.executeCommand('easyAdaptation.cancelAdapt');
      return over;
    });
    await until('the job to end', () => jobs().length === 0);
    assert.deepEqual(rows(plan.storage, 'select * from adaptations'), before);
  });

  suite.test('the stored data contains no secret of the folder', () => {
    const secret = readFileSync(join(inFolder('.').fsPath, 'src/upload.ts'), 'utf8').match(/ghp_\w+/)?.[0];
    assert.ok(secret);
    assert.deepEqual(filesHolding(plan.storage, secret), []);
    assert.notDeepEqual(filesHolding(plan.storage, 'specialist'), [], 'the search finds what is there');
    return Promise.resolve();
  });

  suite.test(
    'Show What Is Kept and Sent shows stored data and the request at the cursor, read-only and without secrets',
    async () => {
      const secret = readFileSync(join(inFolder('.').fsPath, 'src/upload.ts'), 'utf8').match(/ghp_\w+/)?.[0];
      assert.ok(secret);
      const editor = await newFile('src/handlers/voucher.ts', `// ${secret}\n${upTo('const database = await ')}`);
      await vscode.commands.executeCommand('easyAdaptation.showKept');
      const shown = vscode.window.activeTextEditor?.document;
      assert.equal(shown?.uri.scheme, 'easy-adaptation-kept');
      const text = shown.getText();
      assert.ok(!text.includes(secret), 'no secret');
      // The request as JSON, a file of the index, an open document, a sample, a row of the store.
      const body = JSON.parse(text.slice(text.indexOf('\n{\n') + 1, text.indexOf('\n}\n') + 2)) as {
        messages: unknown[];
      };
      const sent = JSON.stringify(body.messages);
      assert.ok(sent.includes('const database = await <|cursor|>') && sent.includes(`// ${'*'.repeat(secret.length)}`));
      for (const part of ['── src/handlers/', 'const database = await openDatabase', '<|prefix|>', '"splits":'])
        assert.ok(text.includes(part), part);
      await vscode.commands.executeCommand('default:type', { text: 'x' });
      assert.equal(shown.getText(), text, 'nobody types into it');
      assert.equal(shown.isDirty, false);
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      await show(editor.document);
    },
  );

  suite.test('a secret that was saved a moment ago is redacted in the open documents that repeat it', async () => {
    const value = noise(27);
    const other = await newFile('src/repeats.ts', `call('${value}');\n`);
    const editor = await newFile('src/settings.ts', `export const apiKey = '${value}';\n`);
    assert.ok(await editor.document.save());
    await show(other.document);
    await until('the value to be redacted wherever it is kept', async () => {
      await vscode.commands.executeCommand('easyAdaptation.showKept');
      const text = vscode.window.activeTextEditor?.document.getText() ?? '';
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      assert.ok(text.includes(`call('${'*'.repeat(value.length)}');`), 'the repetition is shown, redacted');
      return !text.includes(value);
    });
    assert.deepEqual(filesHolding(plan.storage, value), []);
  });

  suite.test('a killed worker of a folder is restarted', async () => {
    const editor = await showVoucher();
    const workers = running('folder-worker.cjs');
    assert.ok(workers.length > 0, 'the specialist runs in a worker');
    for (const { worker } of workers) await worker.terminate();
    // A position that is not cached.
    await completeUntil(
      editor,
      upTo('return { id: row.id, createdAt: new '),
      /^Date\(row\.created_at\), name: row\.name \};/,
    );
    assert.ok(running('folder-worker.cjs').length > 0);
  });

  suite.test('a document that breaks the parser does not end the completions of others', async () => {
    const broken = await newFile('src/broken.py', OVERFLOWS_STACK);
    // Whether a suggestion comes there does not matter.
    for (let request = 0; request < 3; request++) {
      await complete(broken, quietMs);
      await replaceAll(broken, `${OVERFLOWS_STACK}${'x'.repeat(request)}`);
    }
    const editor = await showVoucher();
    await completeUntil(editor, upTo('const database = await openDatab'), /^ase\(context\.configuration\);/);
  });

  suite.test('an output document gets no suggestions', async () => {
    await vscode.commands.executeCommand('easyAdaptation.showLog');
    const count = () => suggestionsIn(ourLog(plan)).length;
    // A request in another file may still be answered now.
    const before = await until('silence', async () => {
      const earlier = count();
      await sleep(quietMs);
      return count() === earlier && earlier;
    });
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await sleep(quietMs);
    assert.equal(count(), before);
  });

  suite.test('without a key nothing is sent', async () => {
    const settings = readFileSync(plan.settingsFile, 'utf8');
    assert.doesNotMatch(settings, /api_?key/i);
    assert.deepEqual(rows(plan.storage, 'select * from llmCalls'), []);
    await assertNothingSent(plan);
  });
}
