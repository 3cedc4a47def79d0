// Calls that lack an argument after their function was given another parameter, in each language that is known.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offsetOf } from '../../../src/workspace/edits/edit.ts';
import { isPlaceOnly } from '../../../src/workspace/edits/next-edit.ts';
import { nextEdits } from '../../../src/workspace/edits/next-edits.ts';
import { Desk } from './support.ts';

const MS = 10_000;

/** The files with a bar at each place that is offered, after `old` was replaced by `now` in the first file. */
async function offered(files: Readonly<Record<string, string>>, old: string, now: string, closed: string[] = []) {
  const desk = new Desk(files);
  const [first] = Object.keys(files) as [string];
  desk.change(first, [[old, now]]);
  const offers = await offersIn(desk, files, closed);
  return marked(desk, offers);
}

function offersIn(desk: Desk, files: Readonly<Record<string, string>>, closed: string[] = []) {
  const all = Object.keys(files).map((path) => ({ path, text: desk.text(path) }));
  return nextEdits({
    edits: desk.journal.recentEdits(),
    documents: all.filter(({ path }) => !closed.includes(path)),
    filesWith: (word) => all.filter(({ path, text }) => closed.includes(path) && text.includes(word)),
    ms: MS,
  });
}

function marked(desk: Desk, offers: Awaited<ReturnType<typeof nextEdits>>) {
  assert.ok(offers.every((offer) => isPlaceOnly(offer) && offer.origin?.kind === 'call'));
  const paths = [...new Set(offers.map(({ path }) => path))];
  return paths.flatMap((path) => {
    const text = desk.text(path);
    const places = offers.filter((offer) => offer.path === path).map(({ range }) => offsetOf(text, range.start));
    const lines = places
      .sort((a, b) => b - a)
      .reduce((all, at) => `${all.slice(0, at)}|${all.slice(at)}`, text)
      .split('\n');
    return lines.filter((line) => line.includes('|')).map((line) => line.trim());
  });
}

const script = 'function load(path: string) {}\n\nload(a);\nload(read(b),);\nload();\nload(...c);\nother.load(d);\n';

test('points to the end of the arguments of calls with the old number', async () => {
  assert.deepEqual(await offered({ 'src/a.ts': script }, 'string)', 'string, mode: Mode)'), [
    'load(a|);',
    'load(read(b),|);',
  ]);
});

test('an optional parameter, or another type or name, offers nothing', async () => {
  for (const now of ['string, mode?: Mode)', "string, mode = 'r')", 'string, ...modes: Mode[])', 'Path)'])
    assert.deepEqual(await offered({ 'src/a.ts': script }, 'string)', now), [], now);
  const python = 'def load(path):\n    pass\n\n\nload(a)\n';
  for (const now of ['path, mode=None', 'path, *modes', 'path, **modes', 'place: Path'])
    assert.deepEqual(await offered({ 'a.py': python }, 'path', now), [], now);
  const go = 'package a\n\nfunc load(path string) {}\n\nvar x = load(a)\n';
  assert.deepEqual(await offered({ 'a.go': go }, 'path string', 'path string, modes ...int'), []);
});

test('knows the functions of Python and Go, also from other files', async () => {
  const python = {
    'lib/files.py': 'def load(\n    path,\n):\n    pass\n\n\nload(a)\nload(path=a)\n',
    'main.py': 'from lib import files\nfrom lib.files import load\nload(b)\nfiles.load(c)\njson.load(d)\n',
  };
  assert.deepEqual(await offered(python, '    path,\n', '    path,\n    mode,\n', ['main.py']), [
    'load(a|)',
    'load(path=a|)',
    'load(b|)',
    'files.load(c|)',
  ]);
  const go = {
    'files/a.go': 'package files\n\nfunc Load(a, b string) {}\n\nvar x = Load(p, q)\n',
    'main.go': 'package main\n\nvar x = files.Load(r, s)\nvar y = json.Load(r, s)\nvar z = Load(r, s)\n',
  };
  assert.deepEqual(await offered(go, 'a, b string', 'a, b, c string'), [
    'var x = Load(p, q|)',
    'var x = files.Load(r, s|)',
  ]);
});

test('knows methods and constructors', async () => {
  const python = 'class A:\n    def load(self, path):\n        self.load(path)\n\n\nload(a)\nA().load(b)\n';
  assert.deepEqual(await offered({ 'a.py': python }, 'path)', 'path, mode)'), ['self.load(path|)', 'A().load(b|)']);
  const made = 'class A {\n  constructor(private path: string) {}\n}\nnew A(b);\nA(c);\n';
  assert.deepEqual(await offered({ 'a.ts': made }, 'string)', 'string, mode: Mode)'), ['new A(b|);']);
  const arrow = 'const load = async (path: string) => read(path);\nawait load(b);\n';
  assert.deepEqual(await offered({ 'a.ts': arrow }, 'string)', 'string, mode: Mode)'), ['await load(b|);']);
});

test('offers nothing if another function of the name takes the call', async () => {
  const overloaded = 'function load(path: string): void;\nfunction load(path: string | URL) {}\n\nload(a);\n';
  assert.deepEqual(await offered({ 'a.ts': overloaded }, 'URL)', 'URL, mode: Mode)'), []);
  const files = {
    'a.ts': `class A {\n  load(path: string) {}\n}\na.load(b);\n`,
    'b.ts': 'class B {\n  load(c: number) {}\n}\n',
  };
  assert.deepEqual(await offered(files, 'string)', 'string, mode: Mode)'), []);
});

test('offers only calls of the object itself if calls of the name show that others have such a method', async () => {
  const python = 'class A:\n    def get(self, key):\n        return self.get(key)\n\n\nA().get(a)\n';
  assert.deepEqual(await offered({ 'a.py': python }, 'key)', 'key, mode)'), ['return self.get(key|)', 'A().get(a|)']);
  const shared = `${python}table.get(b, c, None)\n`;
  assert.deepEqual(await offered({ 'a.py': shared }, 'key)', 'key, mode)'), ['return self.get(key|)']);
});

test('a call where the user has been is not offered again', async () => {
  const files = { 'a.ts': script };
  const desk = new Desk(files);
  desk.change('a.ts', [['string)', 'string, mode: Mode)']]);
  desk.change('a.ts', [['load(a);', 'load(a.b);']]);
  assert.deepEqual(marked(desk, await offersIn(desk, files)), ['load(read(b),|);']);
  desk.change('a.ts', [['(b),)', "(b), 'r')"]]);
  assert.deepEqual(await offersIn(desk, files), []);
});
