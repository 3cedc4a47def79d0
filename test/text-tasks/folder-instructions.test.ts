// What a folder's instruction files say of commit messages and comments.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instructionPaths, instructionsOn } from '../../src/text-tasks/folder-instructions.ts';

const AGENTS = `# Agents

Run \`npm test\` first; the pre-commit hook does, too.

## Commits

Subjects begin with the package's name:

\`\`\`
parser: accept empty lists

# not a heading
\`\`\`

### Bodies

- Say why.

## Style

- Tabs, not spaces.
- Doc comments have a subject and a verb
  and end with a full stop.
- No abbreviations.
`;

test('a section about commits is taken whole, with its fences and what is below it', () => {
  const found = instructionsOn('commit message', [AGENTS]);
  assert.match(
    found,
    /^## Commits\nSubjects begin[\s\S]*parser: accept empty lists\n\n# not a heading\n```\n### Bodies\n- Say why\.$/,
  );
});

test('elsewhere the items that name comments are taken, with the lines that belong to them', () => {
  const found = instructionsOn('comment', [AGENTS]);
  assert.equal(found, '- Doc comments have a subject and a verb\n  and end with a full stop.');
});

test('what two files say alike is told once, and nothing is told where nothing is said', () => {
  const rule = 'Commit messages are in French.';
  assert.equal(instructionsOn('commit message', [rule, `${rule}\n\nUse pnpm.`]), rule);
  assert.equal(instructionsOn('comment', [rule]), '');
});

test('what does not fit is left out as a whole', () => {
  const item = `- A commit ${'x'.repeat(900)}`;
  const found = instructionsOn(
    'commit message',
    [1, 2, 3].map((i) => `${item}${i}`),
  );
  assert.deepEqual(found.split('\n').length, 2);
});

test('the nearest folder comes first', () => {
  assert.deepEqual(instructionPaths('packages/core/a.ts'), [
    'packages/core/AGENTS.md',
    'packages/core/CLAUDE.md',
    'packages/AGENTS.md',
    'packages/CLAUDE.md',
    'AGENTS.md',
    'CLAUDE.md',
    '.github/copilot-instructions.md',
  ]);
});
