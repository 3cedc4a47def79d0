// A secret of one file is redacted in all files and paths of the folder, in any reading order.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { harvestFile } from '../../../src/workspace/files/file.ts';
import { type Harvest, harvestFolder } from '../../../src/workspace/files/folder.ts';
import { redactionCharacter } from '../../../src/workspace/secrets/secrets.ts';
import { code, Tree } from '../../support/tree.ts';
import { noise } from './samples.ts';

const apiKey = noise(32);
const inEnvironment = `Zt7${noise(20)}`;
const ignored = `Qx4${noise(24)}`;
const inUrl = `v3ry${noise(9)}`;
const secrets = [apiKey, inEnvironment, ignored, inUrl];

let tree: Tree;
beforeEach(() => {
  tree = new Tree({
    '.gitignore': '.env\nconfig/local.yml\n',
    '.env': `SOMETHING=${inEnvironment}\nREGION=us-east-1\nMODEL=large-4-20250514\nHOST=db.example.org\n`,
    'config/local.yml': `token: ${ignored}\n`,
    'src/a.ts': `${code('a')}const apiKey = "${apiKey}";\n`,
    // None of these says that it is a secret.
    'src/b.ts': `${code('b')}call("${apiKey}");\nregion('us-east-1', 'large-4-20250514', 'db.example.org');\n`,
    'docs/c.md': `${'Some words about the service and how to start it.\n'.repeat(4)}Start it with ${inEnvironment} and ${ignored}.\n`,
    'src/d.ts': `${code('d')}// ${Buffer.from(`user:${inUrl}`).toString('base64')} ${encodeURIComponent(inUrl)}\n`,
    'src/e.ts': `${code('e')}connect("redis://:${inUrl}@cache:6379/0");\n`,
    [`dumps/${apiKey}.ts`]: code('dump'),
    [`notes/${apiKey}.bin.map`]: 'x',
  });
});

async function harvested(trusted: boolean): Promise<Harvest> {
  const result = await harvestFolder(tree.root, { trusted });
  assert.ok(result.ok);
  return result.value;
}

for (const trusted of [true, false]) {
  test(`redacts a secret of one file everywhere, ${trusted ? 'listed by git' : 'walked'}`, async () => {
    if (trusted) tree.git('init', '-q');
    const { files, report, secrets: known } = await harvested(trusted);
    const everything = JSON.stringify({ files, report });
    for (const secret of secrets) assert.ok(!everything.includes(secret), secret);
    assert.ok(!everything.includes(Buffer.from(`user:${inUrl}`).toString('base64').slice(8, -4)));
    assert.ok(known.size >= secrets.length);
    // Files that are read only for their secrets are not harvested.
    const actual = files.map(({ path }) => path).filter((path) => path.includes('local') || path.includes('env'));
    assert.deepEqual(actual, []);
    const b = files.find(({ path }) => path === 'src/b.ts');
    assert.ok(b);
    assert.ok(b.text.includes(`call("${redactionCharacter.repeat(apiKey.length)}")`));
    for (const plain of ['us-east-1', 'large-4-20250514', 'db.example.org']) assert.ok(b.text.includes(plain), plain);
    assert.ok(files.some(({ path }) => path === `dumps/${redactionCharacter.repeat(apiKey.length)}.ts`));
  });
}

test('redacts a single file with the known secrets of its folder, and adds its own', async () => {
  const { secrets: known } = await harvested(false);
  const fresh = noise(30, 'QwErTy0987asdfZXcv');
  tree.write({ 'src/new.ts': `${code('new')}use("${ignored}");\nconst password = "${fresh}";\n` });
  const alone = await harvestFile(tree.root, 'src/new.ts', {}, { secrets: known });
  assert.ok(alone.ok && alone.value.file);
  assert.ok(!alone.value.file.text.includes(ignored) && !alone.value.file.text.includes(fresh));
  assert.ok(known.all.includes(fresh));
});
