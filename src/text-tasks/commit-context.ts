// A commit message or a function's comment as an answer. For a comment: the function's code and the most similar
// documented functions, redacted. For a message: staged changes and earlier messages on the same files. Private files
// appear by name only. All stored versions that the changes replace are read for secrets, and whole files are redacted
// before hunks are cut out, because a replaced secret is still secret.

import { relative, sep } from 'node:path';
import { failed, ok, type Result } from '../common/errors.ts';
import { plainLine } from '../common/plain-text.ts';
import type { AnswerExample, AnswerForm } from '../prompts/answer/answer-prompt.ts';
import { type DocEdit, docCommentOf, docEdit, docFormOf, docProse } from '../text/doc-comments.ts';
import { kinOf } from '../text/languages.ts';
import { codeOf, functionAt, functionsIn, functionTexts } from '../text/syntax/functions.ts';
import { ruleOf } from '../workspace/files/file.ts';
import { harvestToSend } from '../workspace/files/folder.ts';
import { FolderReader } from '../workspace/files/folder-reader.ts';
import { gitFault } from '../workspace/files/git-directory.ts';
import type { HarvestedFile, SendableFolder } from '../workspace/files/harvest-types.ts';
import { type PastCommit, pastCommits, stagedChanges, stagedFiles } from '../workspace/files/staged.ts';
import { learnStored } from '../workspace/files/stored-secrets.ts';
import { redactPath, redactText, SecretValues } from '../workspace/secrets/secrets.ts';
import { NearestAnswers } from './answers/nearest-answers.ts';
import { instructionPaths, instructionsOn, type Written } from './folder-instructions.ts';
import { keyOf } from './labels/extract.ts';
import { rarityOf } from './labels/hashed-grams.ts';

/** An opened, trusted folder, and the rules for sending its files. */
export interface OpenedFolder extends SendableFolder {
  /** The user's globs: files that they exclude are not sent. */
  readonly exclude: Readonly<Record<string, boolean>>;
}

export interface AnswerItem {
  readonly form: AnswerForm;
  /** Redacted, as the examples are. */
  readonly text: string;
  /** The most similar texts of the folder with their answers, nearest first. */
  readonly examples: readonly AnswerExample[];
  /** What the folder's instructions say of such texts, redacted; undefined: nothing. */
  readonly rules: string | undefined;
  /** Why nothing may be sent, for the user; absent: it may. */
  readonly withheld?: string;
  /** Puts the answer into the text that the request has. Absent: the answer stands alone. */
  readonly edit?: (answer: string) => Result<DocEdit>;
}

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
const NEAREST_FUNCTIONS = 5;
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
  const read = await harvestToSend(source, { signal });
  if (!read.ok) return read;
  // The whole document is redacted first: text around a function may show that it contains a secret.
  const code = codeOf(redactText(text, path, [read.value.secrets]).text, target);
  const key = keyOf(code);
  const answered = [];
  for (const file of relatedFiles(read.value.files, path)) {
    signal.throwIfAborted();
    for (const each of await functionTexts(file.languageId, file.text)) {
      const { label: answer } = each;
      if (answer !== undefined) answered.push({ key: keyOf(each.text), text: each.text, answer });
    }
  }
  const rules = await rulesFor('comment', path, read.value.files, (each) => ruleOf(root, each, harvest, exclude));
  // `NearestAnswers` prefers the last ones, which come from the nearest files.
  const nearest = new NearestAnswers(answered.reverse(), rarityOf([code, ...answered.map((each) => each.text)]));
  return ok({
    form: { about: path, instruction: instruction(languageId), maximumLength: LONGEST },
    text: code,
    examples: nearest
      .nearest(code, key, NEAREST_FUNCTIONS)
      .map(({ item }) => ({ text: item.text, label: item.answer })),
    rules,
    // The comment of another function, with this one's name in it, is mostly wrong.
    ...((await ruleOf(root, path, harvest, exclude)) !== 'open' && {
      withheld: `Git, a rule or its secrets keep ${path} here. Write the comment yourself, or allow the file.`,
    }),
    edit: (answer) => {
      const edit = docEdit(form, docProse(answer), text, target);
      if (edit !== undefined) return ok(edit);
      return failed('unsupported', `Where the comment of '${target.name}' belongs cannot be told.`);
    },
  });
}

/** What the instructions for a path say of what is written; undefined for nothing, or if they are kept from being sent. */
async function rulesFor(
  written: Written,
  path: string,
  files: readonly HarvestedFile[],
  rule: (path: string) => ReturnType<typeof ruleOf>,
): Promise<string | undefined> {
  const paths = instructionPaths(path);
  const found = paths.flatMap((each) => files.find((file) => file.path === each) ?? []);
  const rules = await Promise.all(found.map((file) => rule(file.path)));
  const said = instructionsOn(
    written,
    found.flatMap(({ text }, i) => (rules[i] === 'open' ? [text] : [])),
  );
  return said === '' ? undefined : said;
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

export interface CommitSource extends OpenedFolder {
  /** The repository: the folder itself or a folder in it. */
  readonly repository: string;
}

interface ChangedFile {
  readonly path: string;
  /** 'A', 'M', 'D', 'T'. */
  readonly status: string;
  readonly diff: string;
}

interface CommitContext {
  readonly files: readonly ChangedFile[];
  /**
   * Earlier commits as their paths and whole messages. Those that added files to the same folders come first if all
   * staged files are new, then those on the most similar paths.
   */
  readonly nearest: readonly AnswerExample[];
  readonly rules: string | undefined;
  /** Why nothing of this may be sent, for the user: not all secrets are known. */
  readonly withheld?: string;
}

/** Maximum earlier messages, which show the style. */
const NEAREST = 12;
/** Maximum files whose changes are shown; the others are only named. */
const MAX_FILES = 100;

const form: AnswerForm = {
  about: 'commit message',
  instruction:
    'Write the message of a commit. The text is what stands ready to be committed, first the files, then the diff; earlier texts are the files of a commit. Say what the change does and, where it can be seen, why; not how each line reads. Make nothing up that the diff does not show: no ticket numbers, no reasons. Write a body only where the earlier messages have one as a rule.',
  maximumLength: 800,
  maximumText: 22_000,
};
/** Maximum lengths, UTF-16 units: the whole diff and one file's. `paths` is a number of files. */
const LIMITS = { diff: 16_000, file: 3_000, paths: 60 } as const;

/** The staged changes as a text to answer. */
export async function commitItem(source: CommitSource, signal: AbortSignal): Promise<Result<AnswerItem>> {
  const context = await readCommit(source, signal);
  if (!context.ok) return context;
  const { files, nearest, rules, withheld } = context.value;
  return ok({
    form,
    text: changeText(files),
    examples: nearest,
    rules,
    ...(withheld !== undefined && { withheld }),
  });
}

/** The list of files, and the diff, in which long files are cut. */
export function changeText(files: readonly ChangedFile[]): string {
  let left: number = LIMITS.diff;
  const parts = files.map(({ diff }) => {
    const part = diff.slice(0, Math.min(LIMITS.file, left));
    left -= part.length;
    return part.length < diff.length ? `${part}\n[cut]\n` : part;
  });
  const names = files.slice(0, LIMITS.paths).map(({ status, path }) => `${status} ${plainLine(path, 1000)}`);
  if (files.length > names.length) names.push(`and ${files.length - names.length} more`);
  return `${names.join('\n')}\n\n${parts.join('')}`;
}

/** The commits that touched the most similar paths, most similar first. @param past newest first */
function nearestCommits(past: readonly PastCommit[], paths: readonly string[], count: number): PastCommit[] {
  const items = past.map((commit, key) => ({ key, text: commit.paths.join('\n'), answer: commit.message }));
  const nearest = new NearestAnswers(items, rarityOf(items.map(({ text }) => text)));
  return nearest.nearest(paths.join('\n'), -1, count).map(({ item }) => past[item.key] as PastCommit);
}

/** The commits that added a file to the folder of one of these new files, newest first. @param past newest first */
function additionsBeside(past: readonly PastCommit[], paths: readonly string[]): PastCommit[] {
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
  const folders = new Set(paths.map(folderOf));
  return past.filter(({ added }) => added.some((path) => folders.has(folderOf(path))));
}

export async function readCommit(
  { root, repository, harvest, exclude, secrets }: CommitSource,
  signal: AbortSignal,
): Promise<Result<CommitContext>> {
  const fault = await gitFault(repository);
  if (fault !== undefined) return failed('unreadable', fault);
  const staged = await stagedFiles(repository, signal);
  if (staged === undefined) return failed('unreadable', 'Git cannot list the staged files of this folder.');
  if (staged.length === 0) return failed('nothing-to-learn', 'Nothing is staged. Stage the changes to describe.');
  const below = relative(root, repository).split(sep).join('/');
  const knownSecrets: SecretValues[] = [];
  let known: readonly HarvestedFile[] = [];
  // Listing the outer folder skips a nested repository that git ignores.
  for (const each of below === '' ? [root] : [root, repository]) {
    const read = await harvestToSend({ root: each, harvest, secrets }, { signal });
    if (!read.ok) return read;
    knownSecrets.push(read.value.secrets);
    known = read.value.files;
  }
  const stored = new SecretValues();
  const withheld = await learnStored(await FolderReader.open(repository), staged, stored, signal);
  knownSecrets.push(stored);
  const redact = (text: string, path: string) => redactText(text, path, knownSecrets).text;
  /** A token in a name is redacted in texts too: a diff's header, a message. */
  const redactName = (path: string) => {
    const name = redactPath(path, knownSecrets);
    for (const { index, 0: stars } of name.matchAll(/\*+/g)) stored.add(path.slice(index, index + stars.length));
    return name;
  };
  // The folder's rules may be stricter than the repository's.
  const pathInRoot = (path: string) => (below === '' ? path : `${below}/${path}`);
  const readFiles = withheld === undefined ? staged.slice(0, MAX_FILES) : [];
  const rules = await Promise.all(readFiles.map(({ path }) => ruleOf(root, pathInRoot(path), harvest, exclude)));
  const open = readFiles.filter((_, i) => rules[i] === 'open');
  const changes = await stagedChanges(repository, open, signal);
  const instructions = await rulesFor('commit message', '', known, (path) =>
    ruleOf(root, pathInRoot(path), harvest, exclude),
  );
  const paths = staged.map(({ path }) => path);
  const past = await pastCommits(repository, signal);
  const isNew = staged.every(({ status }) => status === 'A');
  const additions = isNew ? nearestCommits(additionsBeside(past, paths), paths, NEAREST) : [];
  const others = nearestCommits(past, paths, 2 * NEAREST).filter((commit) => !additions.includes(commit));
  const nearest = [...additions, ...others].slice(0, NEAREST);
  const names = paths.map(redactName);
  const nearestPaths = nearest.map((commit) => commit.paths.map(redactName).join('\n'));
  const files = staged.map(({ path, status }, i): ChangedFile => {
    const name = names[i] as string;
    const change = changes.get(path);
    if (change === undefined) return { path: name, status, diff: '' };
    const sideOf = (text: string): Side => ({ raw: text.split('\n'), redacted: redact(text, path).split('\n') });
    const redacted = redactedDiff(change.diff, sideOf(change.before), sideOf(change.after));
    // Redacted again, because the diff header contains paths.
    return { path: name, status, diff: redact(redacted, path) };
  });
  return ok({
    files,
    nearest: nearest.map(({ message }, i) => ({ text: nearestPaths[i] as string, label: redact(message, '') })),
    rules: instructions && redact(instructions, ''),
    ...(withheld !== undefined && { withheld }),
  });
}

/** One version of a file: its lines as they are and redacted. */
interface Side {
  readonly raw: readonly string[];
  readonly redacted: readonly string[];
}

const hunkHead = /^(@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@)(?: (.*))?$/;

/** The redacted diff of one file; '' if its lines do not match the two versions. */
function redactedDiff(diff: string, before: Side, after: Side): string {
  const result: string[] = [];
  /** The next line of either version; undefined: before the first hunk. */
  let next: { old: number; new: number } | undefined;
  for (const line of diff.split('\n')) {
    const head = hunkHead.exec(line);
    if (head !== null) {
      next = { old: Number(head[2]) - 1, new: Number(head[3]) - 1 };
      result.push(`${head[1]}${headingOf(head[4], before, next.old)}`);
      continue;
    }
    const sign = line[0];
    if (next === undefined || sign === '\\' || sign === undefined) {
      result.push(line);
      continue;
    }
    const side = sign === '+' ? after : before;
    const lineNumber = sign === '+' ? next.new : next.old;
    if (side.raw[lineNumber] !== line.slice(1)) return '';
    result.push(`${sign}${side.redacted[lineNumber]}`);
    if (sign !== '+') next.old++;
    if (sign !== '-') next.new++;
  }
  return result.join('\n');
}

/** Git names the function that a hunk lies in by the beginning of a line above it. */
function headingOf(heading: string | undefined, { raw, redacted }: Side, start: number): string {
  if (heading === undefined) return '';
  for (let at = Math.min(start, raw.length) - 1; at >= 0; at--)
    if (raw[at]?.startsWith(heading)) return ` ${redacted[at]?.slice(0, heading.length)}`;
  return '';
}
