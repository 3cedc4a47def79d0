// The indexes are sorted, count as a plain search does, stay correct after each change, and are read back or refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { cells, Evidence, levelOfMatch, levels, longestMatch, place } from '../../../src/specialist/ngram/evidence.ts';
import { ListIndex } from '../../../src/specialist/ngram/list-index.ts';
import { NgramModel } from '../../../src/specialist/ngram/model.ts';
import { ProjectIndex } from '../../../src/specialist/ngram/project-index.ts';
import { Vocabulary } from '../../../src/specialist/ngram/vocabulary.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';
import { assertFailed, codeOf } from '../../support/results.ts';
import { trainTokenizer } from '../../text/tokenizer/fixture.ts';
import { at, build, complete, line, projectFiles, tokenizer } from './project.ts';

const vocabulary = new Vocabulary(tokenizer);

function randomTokens(length: number, alphabet: number, seed: number): Int32Array {
  const uniform = uniforms(seed);
  return Int32Array.from({ length }, () => Math.floor(uniform() * alphabet));
}

/** Occurrences by level, counted by comparing at every position. */
function counted(files: readonly Int32Array[], context: Int32Array): Map<string, number> {
  const counts = new Map<string, number>();
  for (const tokens of files) {
    for (let at = 1; at < tokens.length; at++) {
      let match = 0;
      while (match < Math.min(at, context.length, longestMatch)) {
        if (tokens[at - 1 - match] !== context[context.length - 1 - match]) break;
        match += 1;
      }
      if (match === 0) continue;
      const key = `${tokens[at]} ${levelOfMatch[match]}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

function evidenceCounts(evidence: Evidence): Map<string, number> {
  const counts = new Map<string, number>();
  for (let slot = 0; slot < evidence.size; slot++) {
    for (let level = 0; level < levels.length; level++) {
      const count = evidence.counts[slot * levels.length + level] as number;
      if (count > 0) counts.set(`${evidence.candidates[slot]} ${level}`, count);
    }
  }
  return counts;
}

/** Files of every language: `kin` is the group of languages that is looked up. */
const scope = { folder: 'x/', following: 0, kin: '', ownKin: '' };
const files = [1, 2, 3].map((seed) => randomTokens(150, 6, seed));
const evidence = () => new Evidence(vocabulary.size, new Float32Array(cells).fill(1));

test('the project index finds every occurrence at every length, and none across files', () => {
  const index = ProjectIndex.build(
    files.map((tokens, i) => ({ path: `f${i}`, tokens })),
    vocabulary,
  );
  for (let seed = 10; seed < 40; seed++) {
    const context = randomTokens(30, 6, seed);
    const seen = evidence();
    seen.reset();
    index.collect(context, context.length, seen, scope);
    assert.deepEqual(new Map([...evidenceCounts(seen)].sort()), new Map([...counted(files, context)].sort()));
  }
});

test('the list index counts the same', () => {
  const index = new ListIndex(vocabulary);
  const starts = files.map((tokens) => {
    const start = index.append(tokens);
    index.link(start);
    index.append(Int32Array.of(vocabulary.separator));
    return start;
  });
  const fileAt = (at: number) => {
    const start = starts.findLast((first) => first <= at) as number;
    return at - start < 150 ? { kin: '', start, home: place.folder } : undefined;
  };
  for (let seed = 10; seed < 20; seed++) {
    const context = randomTokens(30, 6, seed);
    const seen = evidence();
    seen.reset();
    index.collect(context, context.length, seen, scope, fileAt);
    assert.deepEqual(new Map([...evidenceCounts(seen)].sort()), new Map([...counted(files, context)].sort()));
  }
});

test('saving, opening or removing a file changes completions immediately', () => {
  const model = build();
  const asked = 'const walrus = summonWal¦';
  const path = 'src/repositories/user.ts';
  assert.equal(complete(model, asked).text.startsWith('rus('), false);
  model.setSavedFile(path, 'const walrus = summonWalrus(arctic);\n');
  assert.equal(complete(model, asked).text, 'rus(arctic);');
  assert.equal(complete(model, asked).tokens[0]?.tier, 'folder');
  model.setOpenFile(path, 'const walrus = summonWalrus(antarctic);\n');
  assert.equal(complete(model, asked).text, 'rus(antarctic);');
  assert.equal(complete(model, asked).tokens[0]?.tier, 'open-file');
  model.setOpenFile(path, undefined);
  assert.equal(complete(model, asked).text, 'rus(antarctic);');
  assert.equal(complete(model, asked).tokens[0]?.tier, 'folder');
  model.removeFile(path);
  assert.equal(complete(model, asked).text.startsWith('rus('), false);
});

test('with a folder everything below it is removed, from the index and from changed files, and nothing beside it', () => {
  const model = build();
  model.setSavedFile('src/arctic/walrus.ts', 'const walrus = summonWalrus(arctic);\n');
  model.setOpenFile('src/arctic/deep/otter.ts', 'const otter = summonOtter(sea);\n');
  model.setSavedFile('src/arctic.ts', 'const seal = summonSeal(ice);\n');
  const before = model.paths();
  assert.ok(before.includes('src/repositories/user.ts') && before.includes('src/arctic/walrus.ts'));
  model.removeFile('src/arctic');
  model.removeFile('src/repositories');
  const removed = before.filter((path) => !model.paths().includes(path));
  assert.ok(removed.every((path) => /^src\/(arctic|repositories)\//.test(path)));
  assert.equal(removed.length, before.filter((path) => /^src\/(arctic|repositories)\//.test(path)).length);
  assert.notEqual(complete(model, 'const walrus = summonWal¦').text, 'rus(arctic);');
  assert.equal(complete(model, 'const seal = summonSe¦').text, 'al(ice);');
});

test('many edits of a file leave one copy of it in the index; only much new text needs a rebuild', () => {
  const model = build();
  const text = projectFiles[0]?.text.repeat(4) as string;
  for (let i = 0; i < 300; i++) {
    model.setSavedFile('src/edited.ts', `${text}const edition = ${i};\n`);
    if (i % 3 === 0) complete(model, 'const edition = ¦');
  }
  assert.equal(complete(model, 'const edition = ¦').text, '299;');
  assert.equal(model.needsRebuild, false);
  for (let i = 0; i < 120; i++) model.setSavedFile(`src/new${i}.ts`, text);
  complete(model, 'const ¦');
  assert.equal(model.needsRebuild, true);
});

test('a rebuilt model knows what the old one knew', () => {
  const model = build();
  model.setSavedFile('src/repositories/walrus.ts', 'const walrus = summonWalrus(arctic);\n');
  model.setOpenFile('src/open.ts', 'const otter = summonOtter(sea);\n');
  model.removeFile('src/repositories/user.ts');
  const rebuilt = model.rebuilt();
  assert.equal(rebuilt.needsRebuild, false);
  assert.equal(rebuilt.fileCount, projectFiles.length + 1);
  assert.equal(complete(rebuilt, 'const walrus = summonWal¦').text, 'rus(arctic);');
  const otter = complete(rebuilt, 'const otter = summonOt¦', line);
  assert.equal(otter.text, 'ter(sea);');
  assert.equal(otter.tokens[0]?.tier, 'open-file');
});

test('a loaded snapshot has the same answers', () => {
  const model = build();
  model.setSavedFile('src/late.ts', 'const walrus = summonWalrus(arctic);\n');
  const bytes = model.serialize();
  // From a pool, at an odd place, as a file read may hand it over.
  const odd = Buffer.concat([Buffer.from([1]), bytes]).subarray(1);
  const loaded = NgramModel.deserialize(odd, tokenizer);
  assert.ok(loaded.ok);
  assert.equal(loaded.value.fileCount, projectFiles.length + 1);
  for (const text of ['const walrus = summonWal¦', '    if (rows.length === 0) {\n      ¦', 'import type { ¦']) {
    assert.equal(loaded.value.complete(at(text), line).text, model.complete(at(text), line).text);
  }
});

const good = build().serialize();
/** The valid snapshot with one byte replaced; negative offsets count from the end. */
const changed = (at: number, byte: number) => good.with(at, byte);
const refused: readonly [string, string, Uint8Array][] = [
  ['empty', 'corrupt', new Uint8Array(0)],
  ['cut short', 'corrupt', good.slice(0, -100)],
  ['cut to the header', 'corrupt', good.slice(0, 30)],
  ['something else', 'corrupt', new TextEncoder().encode('SQLite format 3, and quite a lot of text after it')],
  ['a changed byte', 'corrupt', changed(-2000, (good.at(-2000) as number) ^ 4)],
  ['an earlier version', 'other-version', changed(8, 1)],
  ['a later version', 'other-version', changed(8, 99)],
];

for (const [name, code, bytes] of refused) {
  test(`a snapshot is refused: ${name}`, () => {
    const read = NgramModel.deserialize(bytes, tokenizer);
    assert.equal(codeOf(read), code);
  });
}

test('a snapshot made with another tokenizer is refused', () => {
  const other = loadTokenizer(trainTokenizer('something else, much shorter', 280));
  assert.ok(other.ok);
  assertFailed(NgramModel.deserialize(good, other.value), 'mismatched', /another tokenizer.*rebuilt/);
});
