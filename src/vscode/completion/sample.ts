// Shows a first suggestion: a copy of a file of the folder, cut in a line that its files often have.
import * as vscode from 'vscode';
import { kindOf, languageIdOf, languageOf } from '../../text/languages.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { sampleLines } from '../../text/sample-line.ts';
import { placeOf } from '../editor/folder-of-document.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Documents } from '../folder/documents.ts';
import type { GhostTextProvider } from './provider.ts';

/** Files that are read, and files that are looked at for them. */
const READ = 60;
const FOUND = 1000;
const MOST_BYTES = 100_000;
const MOST_SAMPLES = 5;

/** How many were shown: each time it is another one. */
let shown = 0;

/** The copy is no file, so that nothing of the folder is changed. It belongs to the folder of its file. */
export async function showSample(
  documents: Pick<Documents, 'ruleOf'>,
  ghostText: Pick<GhostTextProvider, 'requestManually'>,
): Promise<void> {
  const files = await readFiles(documents);
  const samples = sampleLines(files.map(({ text }) => text));
  const sample = samples[shown++ % Math.min(samples.length, MOST_SAMPLES)];
  const file = sample && files[sample.text];
  if (sample === undefined || file === undefined) {
    void window.showInformationMessage(t('No two files of this folder share a line. Open a file and type in it.'));
    return;
  }
  const content = file.text.slice(0, sample.at);
  const document = await vscode.workspace.openTextDocument(await untitledBeside(file.uri));
  const editor = await window.showTextDocument(document);
  // A document with a path opens empty, or as an earlier copy was left.
  const whole = new vscode.Range(new vscode.Position(0, 0), document.positionAt(document.getText().length));
  await editor.edit((builder) => builder.replace(whole, content));
  const end = document.positionAt(content.length);
  editor.selection = new vscode.Selection(end, end);
  editor.revealRange(new vscode.Range(end, end), vscode.TextEditorRevealType.InCenter);
  await ghostText.requestManually();
}

/** An untitled document with a path in the same folder, and the same ending, that no file has. */
async function untitledBeside(uri: vscode.Uri): Promise<vscode.Uri> {
  const ending = /\.[^./]+$/.exec(uri.path)?.[0] ?? '';
  for (let number = 1; ; number++) {
    const free = uri.with({ path: uri.path.replace(/[^/]*$/, `Untitled-${number}${ending}`) });
    const isFile = await vscode.workspace.fs.stat(free).then(
      () => true,
      () => false,
    );
    if (!isFile) return free.with({ scheme: 'untitled' });
  }
}

/** Files of the folder's commonest language of code, or texts if it has no code. */
async function readFiles(documents: Pick<Documents, 'ruleOf'>): Promise<{ uri: vscode.Uri; text: string }[]> {
  const found = await vscode.workspace.findFiles('**/*', undefined, FOUND);
  const byLanguage = Map.groupBy(found, ({ path }) => languageIdOf(path));
  const isCode = (language: string) => kindOf(language) === 'code' && !languageOf(language).bareValues;
  const [commonest = []] = [...byLanguage]
    .sort(([a, one], [b, other]) => Number(isCode(b)) - Number(isCode(a)) || other.length - one.length)
    .map(([, uris]) => uris);
  const read: { uri: vscode.Uri; text: string }[] = [];
  for (const uri of commonest) {
    if (read.length === READ) break;
    // What is not sent is not shown, either: the copy may be sent.
    if ((await documents.ruleOf(placeOf(uri))) !== 'open') continue;
    const bytes = await vscode.workspace.fs.readFile(uri);
    if (bytes.length <= MOST_BYTES) read.push({ uri, text: toLineFeeds(new TextDecoder().decode(bytes)) });
  }
  return read;
}
