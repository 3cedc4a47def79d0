// What is kept, summed up for the editor: as much as can be read, the rest counted; cancelled like any job.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { keptRows } from '../../src/adaptation/kept/kept-rows.ts';
import { summaryOf } from '../../src/adaptation/report/kept.ts';
import { silentLog } from '../../src/common/log.ts';
import { makeProject } from './project.ts';

test('a summary holds of every kind what can be read at once, and counts the rest', async () => {
  const project = makeProject(3);
  try {
    mkdirSync(join(project.root, 'data'));
    for (let i = 0; i < 20; i++) {
      const text = Array.from({ length: 500 }, (_, n) => `The ${i * n}th line of chapter ${i} says nothing new.`).join(
        '\n',
      );
      writeFileSync(join(project.root, `data/${i}.md`), text);
    }
    const deps = { signal: new AbortController().signal, log: silentLog };
    const summary = await summaryOf((log) => keptRows(project.request, { ...deps, log }), silentLog);
    assert.ok(summary.ok);
    const { rows, more } = summary.value;
    const shown = rows.filter(({ kind }) => kind === 'harvest');
    assert.ok((more.harvest ?? 0) > 0);
    assert.equal(shown.length + (more.harvest ?? 0), 32);
    assert.ok(shown.every(({ text }) => text.length <= 20_001));
    // Nothing was ever adapted, completed or paid for here.
    assert.ok(!rows.some(({ kind }) => kind === 'snapshot' || kind === 'answer' || kind === 'report'));
    assert.ok(rows.some(({ kind, text }) => kind === 'log' && text.startsWith('Harvest: 32 files')));
    const none = await summaryOf(() => keptRows(project.request, { ...deps, signal: AbortSignal.abort() }), silentLog);
    assert.equal(!none.ok && none.error.code, 'cancelled');
  } finally {
    project.remove();
  }
});
