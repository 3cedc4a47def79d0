// A function's comment as an answer: its code and the most similar documented functions, redacted.
import { failed, ok, type Result } from '../common/errors.ts';
import { docCommentOf, docEdit, docFormOf, docProse } from '../text/doc-comments.ts';
import { kinOf } from '../text/languages.ts';
import { codeOf, functionAt, functionsIn, functionTexts } from '../text/syntax/functions.ts';
import { ruleOf } from '../workspace/files/file.ts';
import { harvestFolder } from '../workspace/files/folder.ts';
import type { HarvestedFile } from '../workspace/files/types.ts';
import { redactKnown } from '../workspace/secrets/known/known.ts';
import { type AnswerItem, NearestAnswers, type OpenedFolder } from './answers/answer-router.ts';
import { keyOf } from './labels/extract.ts';
import { rarityOf } from './labels/hashed-grams.ts';

export interface DocSource extends OpenedFolder {
  /** The editor's text with '\n' line ends, its path in the folder, and the cursor offset in UTF-16 units. */
  readonly text: string;
  readonly path: string;
  readonly languageId: string;
  readonly at: number;
}

const LONGEST = 700;
const instruction = (languageId: string) =>
  `Write the comment of a function in ${languageId}: what it does and what its caller must know. Say nothing that the code does not show, and do not retell its lines. Write the comment's text alone, without what stands round it in the code (no /**, no //, no #, no quotes). Tags of parameters and results only where the earlier comments have them.`;

/** Maximum functions that are sent, and maximum characters that are read to find them. */
const NEAREST = 5;
const MAX_READ = 1_500_000;

/** The function at the cursor as a text to answer. */
export async function docItem(source: DocSource, signal: AbortSignal): Promise<Result<AnswerItem>> {
  const { root, text, path, languageId, at, harvest, exclude } = source;
  const form = docFormOf(languageId);
  if (form === undefined) return failed('unsupported', `The form of doc comments in '${languageId}' is not known.`);
  const target = functionAt(await functionsIn(languageId, text), text, at);
  if (target === undefined)
    return failed(
      'nothing-to-learn',
      'There is no function at the cursor. Move the cursor into the function to comment.',
    );
  if (docCommentOf(form, text, target))
    return failed('nothing-to-learn', `'${target.name}' already has a comment. Remove it to generate a new one.`);
  const read = await harvestFolder(root, harvest, { signal });
  if (!read.ok) return read;
  // The whole document is redacted first: text around a function may show that it contains a secret.
  const code = codeOf(redactKnown(text, path, [read.value.secrets]).text, target);
  const key = keyOf(code);
  const answered = [];
  for (const file of relatedFiles(read.value.files, path)) {
    signal.throwIfAborted();
    for (const each of await functionTexts(file.languageId, file.text)) {
      const { label: answer } = each;
      if (answer !== undefined) answered.push({ key: keyOf(each.text), text: each.text, answer });
    }
  }
  // `NearestAnswers` prefers the last ones, which come from the nearest files.
  const nearest = new NearestAnswers(answered.reverse(), rarityOf([code, ...answered.map((each) => each.text)]));
  return ok({
    form: { about: path, instruction: instruction(languageId), maximumLength: LONGEST },
    text: code,
    examples: nearest.nearest(code, key, NEAREST).map(({ item }) => ({ text: item.text, label: item.answer })),
    draft: nearest.draft(code, key).answer,
    isOpen: (await ruleOf(root, path, harvest, exclude)) === 'open',
    edit: (answer) => {
      const edit = docEdit(form, docProse(answer), text, target);
      if (edit !== undefined) return ok(edit);
      return failed('unsupported', `Where the comment of '${target.name}' belongs cannot be told.`);
    },
  });
}

/** Files of related languages, nearest folders first, within `MAX_READ`. */
function relatedFiles(files: readonly HarvestedFile[], path: string): HarvestedFile[] {
  const sharedFolders = (other: string) => {
    const [a, b] = [path.split('/'), other.split('/')];
    const firstDifference = a.findIndex((name, i) => name !== b[i]);
    return firstDifference < 0 ? a.length : firstDifference;
  };
  let remaining = MAX_READ;
  return files
    .filter((file) => kinOf(file.path) === kinOf(path))
    .sort((a, b) => sharedFolders(b.path) - sharedFolders(a.path))
    .filter(({ text }) => {
      remaining -= text.length;
      return remaining >= 0;
    });
}
