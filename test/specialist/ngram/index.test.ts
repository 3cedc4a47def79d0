// The indexes are sorted, count the same as a plain search, and stay correct after each change.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { cells, Evidence, levelOfMatch, levels, longestMatch, place } from '../../../src/specialist/ngram/evidence.ts';
import { ListIndex } from '../../../src/specialist/ngram/list-index.ts';
import { ProjectIndex } from '../../../src/specialist/ngram/project-index.ts';
import { followingLines, Vocabulary } from '../../../src/specialist/ngram/vocabulary.ts';
import { suffixArray } from '../../../src/text/suffix-array.ts';
import { build, complete, line, projectFiles, tokenizer } from './project.ts';

const vocabulary = new Vocabulary(tokenizer);

function randomTokens(length: number, alphabet: number, seed: number): Int32Array {
  const uniform = uniforms(seed);
  return Int32Array.from({ length }, () => Math.floor(uniform() * alphabet));
}

test('the suffix array sorts by the first tokens', () => {
  for (const [length, alphabet, depth] of [
    [500, 2, 32],
    [500, 3, 4],
    [300, 200, 8],
    [1, 5, 8],
    [0, 5, 8],
  ] as const) {
    const text = randomTokens(length, alphabet, length + alphabet);
    const order = suffixArray(text, alphabet, depth);
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      [...text.keys()],
    );
    for (let k = 1; k < order.length; k++) {
      const head = (at: number) => Array.from({ length: depth }, (_, i) => text[at + i] ?? -1);
      const [a, b] = [head(order[k - 1] as number), head(order[k] as number)];
      const differs = a.findIndex((token, i) => token !== b[i]);
      assert.ok(differs < 0 || (a[differs] as number) < (b[differs] as number));
    }
  }
});

test('a run of one token over and over is sorted too', () => {
  const order = suffixArray(new Int32Array(200), 1, 32);
  assert.deepEqual([...order.subarray(0, 3)], [199, 198, 197]);
});

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

test('each position has the hash of the next non-blank line', () => {
  const tokens = tokenizer.encode('one;\n\n  return rows[0] as User;\n}');
  const following = followingLines(tokens, 0, tokens.length, vocabulary);
  assert.ok((following[0] as number) > 0, 'a distinctive line has a positive hash');
  const second = [...tokens].findIndex((token) => tokenizer.decode([token]).includes('return'));
  assert.ok((following[second] as number) < 0, 'a common line has a negative hash');
  assert.equal(following[tokens.length - 1], 0, 'no line');
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
