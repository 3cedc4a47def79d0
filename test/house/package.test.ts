// What goes into the package, and what the bundles carry with them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { bundleOptions } from '../../build/bundle.ts';
import { licenceSection, writeLicences } from '../../build/licences.ts';
import { encoderFiles, modelFiles } from '../../build/models.ts';
import { grammarFiles } from '../../build/native.ts';
import { checkContents, chosenRepository, needed, packedManifest, packedReadme } from '../../build/package.ts';
import { root } from '../../build/paths.ts';
import { equalizeModes, listZip, readZipFile } from '../../build/zip.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

test('a stranger in the package is found', () => {
  const strangers = [
    'extension/src/extension.ts',
    'extension/node_modules/ignore/index.js',
    'extension/.env',
    'extension/dist/extension.cjs.map',
    'extension/test/golden/tokenizer.json',
    'extension/models/pretrain/model.py',
  ];
  assert.deepEqual(checkContents([...needed, ...strangers]), { strangers, missing: [] });
});

test('a file that is missing from the package is found: of the extension, and of a model', () => {
  const model = modelFiles().map((file) => `extension/models/${file}`);
  assert.ok(model.includes('extension/models/small/model.safetensors'));
  const all = [...needed, ...model];
  assert.deepEqual(checkContents(all, model), { strangers: [], missing: [] });
  for (const name of ['extension/dist/engine.cjs', 'extension/models/small/model.safetensors']) {
    const rest = all.filter((each) => each !== name);
    assert.deepEqual(checkContents(rest, model), { strangers: [], missing: [name] });
  }
  const stranger = 'extension/models/small/notes.txt';
  assert.deepEqual(checkContents([...all, stranger], model), { strangers: [stranger], missing: [] });
});

const marked = (text: string) => `<!-- repository -->\n${text}\n<!-- /repository -->\n`;

test('the packed README shows pictures and files of the repository only if that is known', () => {
  const text = `# A\n\nB [site](https://x.example/a).\n\n${marked('![p](media/p.png) [C](C.md)')}\n[D](#a)\n`;
  assert.equal(packedReadme(text, undefined), '# A\n\nB [site](https://x.example/a).\n\n[D](#a)\n');
  const whole = '# A\n\nB [site](https://x.example/a).\n\n![p](media/p.png) [C](C.md)\n\n[D](#a)\n';
  assert.equal(packedReadme(text, 'https://x.example/a/b'), whole);
  const picture = '<picture>\n<source srcset="media/q.png">\n<img src="media/p.png">\n</picture>';
  const shown = packedReadme(marked(picture), 'https://x.example/a/b');
  const expected = '<picture>\n<img src="media/p.png">\n</picture>\n';
  assert.equal(shown, expected, 'vsce leaves the paths of sources as they are');
  for (const part of [
    '![p](media/p.png)',
    '<img src="media/p.png">',
    '![p](https://x.example/p.png)',
    '[C](docs/C.md)',
    '<!-- repository -->',
  ])
    for (const repository of [undefined, 'https://x.example/a/b'])
      assert.throws(() => packedReadme(`${text}\n${part}\n`, repository), /mark as a part for the repository: /, part);
});

test('the packed README without a repository names no file of it, and nothing that is done in a clone', () => {
  const packed = packedReadme(readFileSync(join(root, 'README.md'), 'utf8'), undefined);
  assert.match(packed, /## What leaves the machine[\s\S]*## Limits/);
  assert.doesNotMatch(packed, /npm |npx |\bclone|\.md\b|!\[|<img|## (?:More|Install)/);
  const changes = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
  assert.doesNotMatch(changes, /\]\((?!#|\w+:)/, 'vsce packs the changelog as it is');
});

test('the repository that the build names fills the links of the manifest', () => {
  const repository = chosenRepository('https://github.com/a/b');
  const manifest = { name: 'x' };
  assert.deepEqual(packedManifest(manifest, repository), {
    name: 'x',
    repository: { type: 'git', url: 'https://github.com/a/b.git' },
    bugs: { url: 'https://github.com/a/b/issues' },
    homepage: 'https://github.com/a/b#readme',
  });
  for (const none of [undefined, '']) assert.equal(packedManifest(manifest, chosenRepository(none)), manifest);
  for (const wrong of ['a/b', 'http://github.com/a/b', 'https://github.com/a', 'https://github.com/a/b.git'])
    assert.throws(() => chosenRepository(wrong), /must be like https:\/\/github\.com\/OWNER\/NAME/, wrong);
});

test('a model whose folder and manifest say different things is not packed', () => {
  const models = join(folder, 'models');
  const small = join(models, 'small');
  const fresh = () => {
    rmSync(models, { recursive: true, force: true });
    cpSync(join(root, 'models', 'small'), small, { recursive: true });
  };
  fresh();
  assert.ok(modelFiles(models).includes('small/mixture.json'));
  rmSync(join(small, 'mixture.json'));
  assert.throws(() => modelFiles(models), /names mixture\.json, which is not there/);
  writeFileSync(join(small, 'mixture.json'), '');
  writeFileSync(join(small, 'notes.txt'), '');
  assert.throws(() => modelFiles(models), /does not name notes\.txt/);
  fresh();
  for (const name of ['tokenizer.json', 'model.safetensors']) appendFileSync(join(small, name), ' ');
  assert.throws(() => modelFiles(models), /model\.safetensors is another[\s\S]*tokenizer\.json is another/);
  fresh();
  writeFileSync(join(small, 'manifest.json'), '{}');
  assert.throws(() => modelFiles(models), /no usable version[\s\S]*there is no model/);
});

test('a zip file is listed with its sizes, and its files get one mode', () => {
  // Two stored files, "a.txt" of 3 bytes and "b/c" of 0.
  const local = 'UEsDBAoAAAAAAAAAIQBp2zc0AwAAAAMAAAAFAAAAYS50eHRhYmNQSwMECgAAAAAAAAAhAAAAAAAAAAAAAAAAAAMAAABiL2M=';
  const central =
    'UEsBAhQACgAAAAAAAAAhAGnbNzQDAAAAAwAAAAUAAAAAAAAAAAAAAAAAAAAAAGEudHh0UEsBAhQACgAAAAAAAAAhAAAAAAAAAAAAAAAAAAMAAAAAAAAAAAAAAAAAJgAAAGIvYw==';
  const parts = [local, central].map((text) => Buffer.from(text, 'base64')) as [Buffer, Buffer];
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(2, 10);
  end.writeUInt32LE(parts[1].length, 12);
  end.writeUInt32LE(parts[0].length, 16);
  const path = join(folder, 'x.zip');
  writeFileSync(path, Buffer.concat([...parts, end]));
  assert.deepEqual(listZip(path), [
    { name: 'a.txt', size: 3, packed: 3 },
    { name: 'b/c', size: 0, packed: 0 },
  ]);
  assert.equal(readZipFile(path, 'a.txt'), 'abc');
  assert.throws(() => readZipFile(path, 'b.txt'), /has no file b\.txt/);
  equalizeModes(path);
  const changed = readFileSync(path).subarray(parts[0].length);
  assert.deepEqual([changed.readUInt32LE(38), listZip(path).length], [(0o100644 << 16) >>> 0, 2]);
  writeFileSync(path, 'no zip');
  assert.throws(() => listZip(path), /not a zip file/);
});

test('the secret finder works bundled and minified as it is shipped', async () => {
  const entry = join(folder, 'entry.ts');
  const source = JSON.stringify(join(root, 'src', 'workspace', 'secrets', 'secrets.ts'));
  // Something of a package beside it, whose licence must come along.
  const graphs = JSON.stringify(join(root, 'src', 'neural', 'onnx', 'write.ts'));
  writeFileSync(
    entry,
    `import * as graphs from ${graphs};\nimport { redactSecrets } from ${source};\nprocess.on('exit', () => graphs);\nprocess.stdout.write(JSON.stringify(redactSecrets(process.argv[2] ?? '', 'src/a.ts')));\n`,
  );
  const outfile = join(folder, 'secrets.cjs');
  const options = bundleOptions({ source: entry, out: 'unused', platform: 'node' }, true);
  const { metafile } = await build({ ...options, outfile, metafile: true });
  // Put together here, so that no scanner takes this file for a leak.
  const token = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_');
  const code = `const token = '${token}'; const id = 7;`;
  const out = execFileSync(process.execPath, [outfile, code], { encoding: 'utf8' });
  const redacted = JSON.parse(out) as { text: string; count: number };
  assert.equal(redacted.count, 1);
  assert.equal(redacted.text.length, code.length);
  assert.ok(!redacted.text.includes(token) && redacted.text.endsWith('const id = 7;'));

  const packages = writeLicences(Object.keys(metafile.inputs), folder);
  assert.ok(packages.includes('node_modules/@bufbuild/protobuf'));
  const licences = readFileSync(join(folder, 'THIRD_PARTY_LICENSES'), 'utf8');
  for (const path of packages) assert.ok(licences.includes(`${path.replace(/^.*node_modules\//, '')} `), path);
});

test('refuses a package without a text of its licence, and texts of another version', () => {
  const write = (name: string, files: Readonly<Record<string, string>>) => {
    const path = join(folder, 'node_modules', name);
    mkdirSync(path, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
    return licenceSection(`node_modules/${name}`, folder);
  };
  const manifest = JSON.stringify({ name: 'bare', version: '1.0.0', license: 'MIT', author: 'A. Author' });
  for (const files of [{}, { LICENSE: ' \n' }, { 'README.md': 'MIT' }])
    assert.throws(() => write('bare', { 'package.json': manifest, ...files }), /bare 1\.0\.0 has no licence text: add/);
  const whole = write('bare', { LICENSE: 'Do it.', 'ThirdPartyNotices.txt': 'By B.' });
  assert.equal(whole, 'bare 1.0.0\n\nLicence stated in its package.json: MIT, by A. Author.\n\nDo it.\n\nBy B.');
  const other = JSON.stringify({ name: 'simple-git', version: '99.0.0' });
  const pattern = /has texts for simple-git [\d.]+, and 99\.0\.0 is/;
  assert.throws(() => write('simple-git', { 'package.json': other }), pattern);
});

test('names the authors of native parts, of tree-sitter and of each packed grammar', () => {
  const llama = licenceSection('node_modules/node-llama-cpp');
  for (const author of ['Gilad', 'The ggml authors', 'yhirose', 'Niels Lohmann'])
    assert.ok(llama.includes(author), author);
  const native = licenceSection('node_modules/onnxruntime-node');
  for (const part of ['THIRD PARTY SOFTWARE NOTICES', 'protocolbuffers/protobuf', 'eigen', 'The Dawn & Tint Authors'])
    assert.ok(native.toLowerCase().includes(part.toLowerCase()), part);
  const grammars = licenceSection('node_modules/@vscode/tree-sitter-wasm');
  for (const author of ['Rob Rix', 'Maxim Sokolov', 'Ayman Nadeem', 'Airbus CERT', 'Damien Guard', 'Josh Vera'])
    assert.ok(grammars.includes(author), author);
  const packed = grammarFiles().flatMap((file) => /tree-sitter-([\w-]+)\.wasm$/.exec(file)?.[1] ?? []);
  assert.ok(packed.length > 10);
  for (const name of packed.filter((each) => each !== 'tsx'))
    assert.match(grammars, new RegExp(`\\[tree-sitter-${name}\\]\n\n[^[]*Copyright`), name);
});

test("imports tree-sitter where drafts are made, and not in the editor's own process", async () => {
  const importsGrammars = async (source: string) => {
    const entry = { source, out: 'x.cjs', platform: 'node' } as const;
    const { metafile } = await build({ ...bundleOptions(entry, true), write: false });
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    return imports.some(({ path }) => path === '@vscode/tree-sitter-wasm');
  };
  assert.equal(await importsGrammars('src/extension.ts'), false);
  for (const source of ['src/specialist/ngram/folder-worker.ts', 'src/specialist/engine/main.ts'])
    assert.equal(await importsGrammars(source), true, source);
});

test('SECURITY.md lists each package that ships, in the version in use, as looked at for what it reports', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const grammars = '@vscode/tree-sitter-wasm';
  const shipped = Object.entries({ ...dependencies, [grammars]: devDependencies[grammars] });
  const section = readFileSync(join(root, 'SECURITY.md'), 'utf8').split('## Dependencies that were looked at')[1] ?? '';
  const rows = section.split('\n').filter((line) => /^\| [@a-z]/.test(line) && !line.startsWith('| package'));
  const lookedAt = rows.flatMap((row) => {
    const [, names = '', versions = ''] = row
      .split(' | ')
      .map((cell) => cell.replace('| ', ''))
      .toSpliced(0, 0, '');
    return names.split(', ').map((name, at) => [name, versions.split(', ')[at]]);
  });
  assert.deepEqual(Object.fromEntries(lookedAt), Object.fromEntries(shipped));
});

test('the sentence encoder goes into the package, as it was published', () => {
  assert.ok(encoderFiles().includes('encoder/model.onnx'));
  const models = join(temporaryFolder(), 'models');
  cpSync(join(root, 'models', 'encoder'), join(models, 'encoder'), { recursive: true });
  appendFileSync(join(models, 'encoder', 'model.onnx'), 'x');
  assert.throws(() => encoderFiles(models), /model\.onnx is another file than was published/);
  rmSync(join(models, 'encoder', 'LICENSE'));
  assert.throws(() => encoderFiles(models), /LICENSE is not there/);
});
