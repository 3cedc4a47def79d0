// The Python of an exported text task labels as the product does, and its check finds where it does not.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cacheFolder } from '../../bench/common/packages.ts';
import { runCli } from '../jobs/cli/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A virtual environment that is made once. */
function python(): string {
  const folder = cacheFolder('export-python');
  const [made, system] = process.platform === 'win32' ? ['Scripts/python.exe', 'python'] : ['bin/python', 'python3'];
  const path = join(folder, made as string);
  if (!existsSync(join(folder, 'done'))) {
    execFileSync(system as string, ['-m', 'venv', folder]);
    execFileSync(path, ['-m', 'pip', 'install', '--quiet', 'numpy', 'onnxruntime', 'tokenizers']);
    writeFileSync(join(folder, 'done'), '');
  }
  return path;
}

test('an exported task labels its test vector in Python as the product does, and says where it does not', async () => {
  const [folder, storage] = [temporaryFolder(), temporaryFolder()];
  const rows = Array.from({ length: 80 }, (_, i) => {
    const text = ['an error in page', 'please add page', 'where is the help for page'][i % 3];
    return `${text} ${i},${i < 60 ? ['bug', 'wish', 'question'][i % 3] : ''}`;
  });
  writeFileSync(join(folder, 'issues.csv'), `title,kind\n${rows.join('\n')}\n`);
  mkdirSync(join(folder, '.easyadaptation/tasks'), { recursive: true });
  const labels = ['bug', 'wish', 'question'].map((name) => ({ name, meaning: `It is a ${name}.` }));
  const source = { kind: 'csv', path: 'issues.csv', text: 'title', label: 'kind' };
  const task = join(folder, '.easyadaptation/tasks/issues.json');
  writeFileSync(task, JSON.stringify({ instruction: 'Sort.', labels, source }));
  const into = join(folder, 'model');
  const { code, err } = await runCli(['label', 'issues', '--export', into, '--folder', folder, '--storage', storage]);
  assert.equal(code, 0, err);
  const check = () => spawnSync(python(), ['features.py', '--check'], { cwd: into, encoding: 'utf8' });
  const right = check();
  assert.equal(right.status, 0, `${right.stdout}${right.stderr}`);
  const vector = JSON.parse(readFileSync(join(into, 'test-vector.json'), 'utf8'));
  assert.ok(vector.length >= 20 && right.stdout.includes(`${vector.length} texts are labelled as expected.`));
  vector[0]['how sure'] += 0.01;
  writeFileSync(join(into, 'test-vector.json'), JSON.stringify(vector));
  const wrong = check();
  assert.equal(wrong.status, 1);
  assert.match(wrong.stdout, /The page stays empty .*expected/);
});
