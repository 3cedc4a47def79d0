// The imports of an accepted suggestion: in its undo step, and not after the document has changed.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { FileEdit, InsertedCode } from '../../../src/specialist/ngram/protocol.ts';
import { desk } from '../../fakes/vscode-editor.ts';

const { addImports } = await import('../../../src/vscode/completion/add-imports.ts');
const vscode = await import('vscode');
afterEach(() => desk.reset());

const START = "import { b } from './b';\n\n";
const STATEMENT = "\nimport { one } from './one';";

/** A document in which `b(one);` was accepted on its last line. */
async function accepted() {
  const editor = await desk.open('src/a.ts', `${START}b`);
  const end = new vscode.Position(2, 1);
  editor.document.change([{ range: new vscode.Range(end, end) as never, text: '(one);' }]);
  const { document } = editor;
  return { document, suggestion: { document, start: new vscode.Position(2, 0), text: 'b(one);' } as never };
}

/** The folders' sessions; `edit` answers what is asked of the folder's. */
function foldersWith(edit: (inserted: InsertedCode) => Promise<FileEdit | undefined>) {
  return { peek: () => ({ missingImports: edit }) } as never;
}

const asTool = async (insert: () => PromiseLike<boolean>) => void (await insert());

const edit = { path: 'src/a.ts', at: START.indexOf('\n'), removed: 0, text: STATEMENT };

test('an accepted suggestion and its imports are one undo step', async () => {
  const { document, suggestion } = await accepted();
  let asked: InsertedCode | undefined;
  await addImports(
    suggestion,
    foldersWith(async (inserted) => {
      asked = inserted;
      return edit;
    }),
    asTool,
  );
  assert.deepEqual(asked, {
    ...{ path: 'src/a.ts', languageId: 'typescript', text: `${START}b(one);` },
    ...{ from: START.length, to: START.length + 'b(one);'.length },
  });
  assert.equal(document.getText(), `import { b } from './b';${STATEMENT}\n\nb(one);`);
  document.undo();
  assert.equal(document.getText(), `${START}b`);
});

test('imports in two statements are added at once', async () => {
  const { document, suggestion } = await accepted();
  const text = `, c } from './b';${STATEMENT}`;
  const removed = " } from './b';".length;
  await addImports(
    suggestion,
    foldersWith(async () => ({ ...edit, at: START.indexOf(' }'), removed, text })),
    asTool,
  );
  assert.equal(document.getText(), `import { b, c } from './b';${STATEMENT}\n\nb(one);`);
});

test('no import is added after the document has changed', async () => {
  const { document, suggestion } = await accepted();
  await addImports(
    suggestion,
    foldersWith(async () => {
      const end = document.positionAt(document.getText().length);
      document.change([{ range: new vscode.Range(end as never, end as never) as never, text: ' ' }]);
      return edit;
    }),
    asTool,
  );
  assert.equal(document.getText(), `${START}b(one); `);
});

test('the folder is not asked if the text is not the suggestion', async () => {
  const { document, suggestion } = await accepted();
  document.undo();
  await addImports(
    suggestion,
    foldersWith(() => Promise.reject(new Error('It was asked.'))),
    asTool,
  );
  assert.equal(document.getText(), `${START}b`);
});
