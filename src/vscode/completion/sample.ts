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

/** The copy has no name, so that nothing of the folder is changed. */
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
  const document = await vscode.workspace.openTextDocument({ language: languageIdOf(file.path), content });
  const editor = await window.showTextDocument(document);
  const end = document.positionAt(content.length);
  editor.selection = new vscode.Selection(end, end);
  editor.revealRange(new vscode.Range(end, end), vscode.TextEditorRevealType.InCenter);
  await ghostText.requestManually();
}

/** Files of the folder's commonest language of code, or texts if it has no code. */
async function readFiles(documents: Pick<Documents, 'ruleOf'>): Promise<{ path: string; text: string }[]> {
  const found = await vscode.workspace.findFiles('**/*', undefined, FOUND);
  const byLanguage = Map.groupBy(found, ({ path }) => languageIdOf(path));
  const isCode = (language: string) => kindOf(language) === 'code' && !languageOf(language).bareValues;
  const [commonest = []] = [...byLanguage]
    .sort(([a, one], [b, other]) => Number(isCode(b)) - Number(isCode(a)) || other.length - one.length)
    .map(([, uris]) => uris);
  const read: { path: string; text: string }[] = [];
  for (const uri of commonest) {
    if (read.length === READ) break;
    // What is not sent is not shown, either: the copy may be sent.
    if ((await documents.ruleOf(placeOf(uri))) !== 'open') continue;
    const bytes = await vscode.workspace.fs.readFile(uri);
    if (bytes.length <= MOST_BYTES) read.push({ path: uri.path, text: toLineFeeds(new TextDecoder().decode(bytes)) });
  }
  return read;
}
