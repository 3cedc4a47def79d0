// The neural model of the installed package: it completes before an adaptation, and survives a killed process.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { handlerSource } from '../../support/handlers.ts';
import { descendants } from '../../support/processes.ts';
import { rows, suggestionsIn } from '../../support/stored.ts';
import { activated, assertNothingSent, complete, indexed, newFile, ourLog, replaceAll, setting } from '../hands.ts';
import { type Plan, type Suite, until } from '../harness.ts';

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
      const last = suggestionsIn(ourLog(plan)).at(-1);
      if (last?.model !== model) throw new Error(`the last was of ${last?.model}`);
      suite.note(`${model}: ${last.ms} ms`);
      return true;
    });

  suite.test('the base model completes before an adaptation', async () => {
    await activated();
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

  suite.test('switching the neural model off ends its process, and switching it on starts one', async () => {
    const pid = await engine();
    const base = vscode.workspace.getConfiguration('easyAdaptation').get<string>('baseModel');
    await setting('baseModel', 'none');
    await until('the end of the process', () => !alive(pid));
    await answeredBy('n-gram');
    await setting('baseModel', base);
    await until('a process', engine);
  });

  suite.test('nothing was sent', () => assertNothingSent(plan));
}

/** The process id of the completing engine, a child of this host but not of a job. */
function engine(): Promise<number> {
  return until('the engine’s process', () => {
    const own = (of: number) => descendants(of).filter(({ args }) => args.includes(join('dist', 'engine.cjs')));
    const jobs = descendants(process.pid).filter(({ args }) => args.includes(join('dist', 'job.cjs')));
    const ofJobs = jobs.flatMap(({ pid }) => own(pid));
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
