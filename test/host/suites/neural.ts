// The neural model of the installed package: it completes before an adaptation, is trained, and survives killed processes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { AdaptReport } from '../../../src/adaptation/report/types.ts';
import { handlerSource } from '../../support/handlers.ts';
import { descendants } from '../../support/processes.ts';
import { complete, extensionId, indexed, newFile, replaceAll, rows, setting } from '../hands.ts';
import { hangMs, type Plan, type Suite, until } from '../harness.ts';

/** Positions that are not cached: a handler with a new name, cut where only one continuation is possible. */
let things = 0;
function freshPosition(): string {
  const name = `voucher${'abcdefghijklmnopqrstuvwxyz'[things++ % 26]}`;
  const source = handlerSource(name);
  const end = 'const database = await ';
  return source.slice(0, source.indexOf(end) + end.length);
}
const ghost = /^openDatabase\(context\.configuration\);/;

export function defineNeural(suite: Suite, plan: Plan): void {
  let editor: vscode.TextEditor;

  /** Requests at new positions until this model answers: while it is opened, the n-gram model answers. */
  const answeredBy = (model: string) =>
    until(`an answer of ${model}`, async () => {
      await replaceAll(editor, freshPosition());
      const text = await complete(editor);
      if (text === undefined) return false;
      assert.match(text, ghost);
      const [row] = rows(plan.storage, 'select model, latencyMs from completions order by at desc limit 1');
      if (row?.model !== model) throw new Error(`the last was of ${row?.model}`);
      suite.note(`${model}: ${Number(row.latencyMs).toFixed(1)} ms`);
      return true;
    });

  suite.test('the base model completes before an adaptation', async () => {
    await until('activation', () => vscode.extensions.getExtension(extensionId)?.isActive);
    await indexed(plan.storage);
    editor = await newFile('src/handlers/voucher.ts', '');
    await answeredBy('base + n-gram');
    assert.deepEqual(rows(plan.storage, 'select * from adaptations'), []);
  });

  suite.test('after its process is killed, completions continue and the model answers again', async () => {
    process.kill(await engine(), 'SIGKILL');
    await replaceAll(editor, freshPosition());
    assert.match((await complete(editor)) ?? '', ghost);
    await answeredBy('base + n-gram');
  });

  suite.test(
    'after the training process is killed, completions continue, the run resumes and the adapted model answers',
    async () => {
      const run = vscode.commands.executeCommand('easyAdaptation.adapt');
      await until('training to be under way', () => /Training on /.test(log(plan.storage)), hangMs);
      const completing = await engine();
      process.kill(await engine('--training'), 'SIGKILL');
      await replaceAll(editor, freshPosition());
      assert.match((await complete(editor)) ?? '', ghost);
      await run;
      assert.equal(await engine(), completing, 'the completing engine was not killed');
      assert.equal(log(plan.storage).match(/Training on /g)?.length, 2, 'training was resumed');
      const [row] = rows(plan.storage, 'select report from adaptations');
      const { neural, neuralFailure } = JSON.parse(String(row?.report)) as AdaptReport;
      assert.ok(neural?.training, neuralFailure?.message);
      assert.ok(neural.training.steps > 0);
      suite.note(`trained ${neural.training.steps} steps in ${neural.training.minutes.toFixed(1)} min; ${neural.why}`);
      await answeredBy(neural.used === 'base' ? 'base + n-gram' : 'adapted + n-gram');
    },
  );

  suite.test('switching the neural model off ends its process, and switching it on starts one', async () => {
    const pid = await engine();
    const base = vscode.workspace.getConfiguration('easyAdaptation').get<string>('baseModel');
    await setting('baseModel', 'none');
    await until('the end of the process', () => !alive(pid));
    await answeredBy('n-gram');
    await setting('baseModel', base);
    await until('a process', engine);
  });

  suite.test('nothing was sent', async () => {
    const requests = (await (await fetch(`${plan.apiUrl}/__requests`)).json()) as unknown[];
    assert.deepEqual(requests, []);
  });
}

/** The process id of the completing engine, a child of this host, or of a job's training engine. */
function engine(training?: '--training'): Promise<number> {
  return until('the engine’s process', () => {
    const own = (of: number) => descendants(of).filter(({ args }) => args.includes(join('dist', 'engine.cjs')));
    const jobs = descendants(process.pid).filter(({ args }) => args.includes(join('dist', 'job.cjs')));
    const ofJobs = jobs.flatMap(({ pid }) => own(pid));
    if (training) return ofJobs.find(({ args }) => args.includes(training))?.pid;
    return own(process.pid).find(({ pid }) => !ofJobs.some((each) => each.pid === pid))?.pid;
  });
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What our extension has logged in this window. */
function log(storage: string): string {
  const folder = join(storage, '..', '..', '..', 'logs');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const ours = names.filter((name) => /easy-adaptation\.easy-adaptation[^/]*\/[^/]*\.log$/i.test(name));
  return ours.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}
