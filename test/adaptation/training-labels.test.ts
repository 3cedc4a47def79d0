// Labels of the API at training positions: choice of the positions, cost, and effect on the training samples.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, beforeEach, test } from 'node:test';
import { adapt } from '../../src/adaptation/stages/run.ts';
import { trainingDataOf } from '../../src/adaptation/stages/training-labels.ts';
import type { AdaptRequest } from '../../src/adaptation/types.ts';
import type { SourceText } from '../../src/prompts/completion/cursor-examples.ts';
import { chooseTrainingPositions } from '../../src/prompts/completion/training-positions.ts';
import { sampleWeightBy } from '../../src/routing/worth.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
import { splitOf } from '../../src/workspace/files/split.ts';
import type { HarvestedFile } from '../../src/workspace/files/types.ts';
import type { ScriptedLlm } from '../fakes/llm.ts';
import { adaptAsking, askingRequest, engineFor } from './asking.ts';
import { knowingLlm, makeProject, type Project, tokenizerPath } from './project.ts';
import type { ScriptedEngine } from './scripted-engine.ts';

let project: Project;
let request: AdaptRequest;
before(() => {
  project = makeProject(6);
  request = askingRequest(project, 100);
});
after(() => project.remove());
beforeEach(() => rmSync(request.specialistFolder, { recursive: true, force: true }));

/** The samples of the training; an earlier 'adapt' only times a step. */
function trainedOn({ asked }: ScriptedEngine) {
  const found = asked.findLast(({ kind }) => kind === 'adapt');
  assert.ok(found);
  return (found.request as { examples: { importance?: number; ids: Int32Array }[] }).examples;
}

async function run(llm: ScriptedLlm, of = request, agreed = true) {
  const engine = engineFor(project);
  const { estimates, report } = await adaptAsking(engine, llm, of, agreed);
  return { estimates, examples: trainedOn(engine), report };
}

const splitsAsked = (llm: ScriptedLlm) => {
  const splits = llm.requests.map(({ query }) => splitOf(query.path));
  return { train: splits.filter((split) => split === 'train').length, all: splits.length };
};

test('the API labels training files before training and held-out files after it, after one question', async () => {
  const llm = knowingLlm(project, 3);
  const { estimates, examples, report } = await run(llm);
  assert.equal(estimates.length, 1);
  assert.equal(estimates[0]?.positions, 83);
  assert.deepEqual(splitsAsked(llm), { train: 20, all: 83 });
  assert.ok(llm.requests.slice(0, 20).every(({ query }) => splitOf(query.path) === 'train'));
  assert.match(report.notes.join(' '), /asked at 20 positions of training files, .* right at 70\.0%/);
  assert.ok(
    examples.some(({ importance }) => importance !== undefined && importance > 1),
    'some places count for more',
  );
  assert.equal(report.api?.asked, 63);
  const { answers, usd, model } = report.paid ?? {};
  assert.deepEqual([answers, usd?.toFixed(6), model], [83, '0.083000', 'knowing'], 'the report has the whole cost');
});

test('a declined estimate leaves the training samples as without an API', async () => {
  const declined = await run(knowingLlm(project), request, false);
  assert.ok(declined.examples.every(({ importance }) => importance === undefined));
  const { api: _, ...local } = request;
  rmSync(request.specialistFolder, { recursive: true, force: true });
  const engine = engineFor(project);
  const withoutApi = await adapt(local, {
    engine,
    llm: undefined,
    record: () => {},
    signal: new AbortController().signal,
  });
  assert.ok(withoutApi.ok);
  assert.deepEqual(trainedOn(engine), declined.examples);
});

test('a cost limit reduces the positions of each split', async () => {
  const llm = knowingLlm(project);
  const api = { ...(request.api as NonNullable<AdaptRequest['api']>), runUsd: 0.0251 };
  const { estimates } = await run(llm, { ...request, api });
  assert.ok((estimates[0]?.usd ?? 1) <= 0.0251 && (estimates[0]?.positions ?? 0) >= 24, JSON.stringify(estimates));
  const { train, all } = splitsAsked(llm);
  assert.ok(train >= 4 && all - train >= 16, `${train} of ${all}`);
});

const loaded = readTokenizer(tokenizerPath);
assert.ok(loaded.ok);
const tokenizer = loaded.value;

function file(path: string, text: string): HarvestedFile {
  const languageId = path.endsWith('.py') ? 'python' : 'typescript';
  return { path, languageId, kind: 'code', text, hash: path, split: 'train', secrets: 0 };
}

const known = Array.from({ length: 12 }, (_, i) =>
  file(`a/known${i}.ts`, 'const one = first(1);\nlog.info(one);\nreturn one;\n'),
);
const odd = file('a/odd.ts', 'import { q } from "q";\nconst zebra = quirk(17, "xylophone");\nlog.info(one);\n');
const python = Array.from({ length: 4 }, (_, i) =>
  file(`b/tool${i}.py`, `import os\nvalue${i} = os.environ["NAME${i}"]\nprint(value${i})\n`),
);

test('positions come from every language and folder, the least predictable first, without duplicates', async () => {
  const files = [...known, odd, ...python];
  const index = NgramModel.build(files, tokenizer);
  const foreseen = async (of: SourceText) => index.tokenProbabilities(of);
  const positions = await chooseTrainingPositions(files, foreseen, tokenizer, 40);
  assert.deepEqual(new Set(positions.map(({ languageId }) => languageId)), new Set(['typescript', 'python']));
  const same = positions.filter(({ path, truth }) => path.startsWith('a/known') && truth === 'return one;');
  assert.ok(same.length <= 1, `${same.length}`);
  const fewer = await chooseTrainingPositions(files, foreseen, tokenizer, 40);
  assert.deepEqual(fewer, positions);
  const starts = positions.filter(({ kind, languageId }) => kind === 'statement-start' && languageId === 'typescript');
  const zebra = starts.findIndex(({ truth }) => truth.includes('zebra'));
  assert.ok(zebra >= 0 && zebra <= starts.length / 2, starts.map(({ truth }) => truth).join(' | '));
});

test('positions like API errors weigh more, within bounds; too few answers change nothing', () => {
  const answers = python.concat(known).map(({ path, text, languageId }, i) => {
    const offset = text.indexOf('\n') + 1;
    const length = text.indexOf('\n', offset) - offset;
    return { path, offset, length, right: languageId === 'typescript', i };
  });
  const files = [...known, ...python];
  const labels = { answers: [...answers, ...answers], whole: true };
  const trainingData = trainingDataOf(labels, files);
  assert.equal(trainingData.positions.length, 32);
  const importance = trainingData.importance as NonNullable<typeof trainingData.importance>;
  const positionIn = ({ path, text, languageId }: HarvestedFile) => {
    const offset = text.indexOf('\n') + 1;
    return importance({ path, languageId, prefix: text.slice(0, offset), suffix: '', truth: '' });
  };
  const [other, same] = [known[0], python[0]] as [HarvestedFile, HarvestedFile];
  assert.ok(positionIn(same) > 2 && positionIn(same) <= 3, `${positionIn(same)}`);
  assert.ok(positionIn(other) < 1 && positionIn(other) >= 0.5, `${positionIn(other)}`);
  assert.ok(
    trainingData.positions.every(
      ({ path, prefix, truth, suffix }) => files.find((f) => f.path === path)?.text === prefix + truth + suffix,
    ),
  );
  assert.equal(sampleWeightBy([]), undefined);
  assert.equal(trainingDataOf({ answers: answers.slice(0, 5), whole: true }, files).importance, undefined);
  assert.deepEqual(trainingDataOf({ answers, whole: true }, []).positions, []);
});
