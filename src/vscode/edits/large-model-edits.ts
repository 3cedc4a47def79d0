// Offers edits that the large model proposes, if the user has switched this on: one call at a pause after an edit that
// nothing else explains, with the lines around it and the last edits. Secrets are redacted first.
import type * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import { isCancelled } from '../../common/errors.ts';
import { redactedQuery } from '../../completion/redacted-query.ts';
import { type NextEditRequest, nextEditPrompt, readPairs } from '../../prompts/edits/next-edit-prompt.ts';
import { lineEnd, lineStart, toLineFeeds } from '../../text/lines.ts';
import { type ChangeKind, comparePositions, type Edit, offsetOf, type TextFile } from '../../workspace/edits/edit.ts';
import { movedRange } from '../../workspace/edits/moved-range.ts';
import type { NextEdit } from '../../workspace/edits/next-edit.ts';
import { proposedEdits } from '../../workspace/edits/proposed-edits.ts';
import type { Api } from '../api/api.ts';
import { askFirstTime } from '../api/consent.ts';
import type { Permissions } from '../api/permissions.ts';
import { type FolderRef, folderOf } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import type { Folders } from '../folder/folders.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { EditSource, EditSourceDeps } from './edit-source.ts';

export interface LargeModelEditsDeps extends EditSourceDeps {
  readonly folders: Folders;
  readonly configuration: Configuration;
  readonly api: Pick<Api, 'llm' | 'backoff' | 'question'>;
  readonly permissions: Permissions;
  /** Called with what a call cost. */
  readonly onSpent: (usd: number) => void;
  /** False: an edit is offered already, or the user has dismissed the last ones. */
  readonly isWanted: () => boolean;
}

/** A pause in typing, ms: longer than the searches for edits on this machine take. */
const pauseMs = 2500;
/** Lines shown above and below the last edit. */
const linesAround = 20;
const maxEdits = 8;

export class LargeModelEdits extends DisposableStore implements EditSource {
  private readonly deps: LargeModelEditsDeps;
  private timer: NodeJS.Timeout | undefined;
  private calling: AbortController | undefined;
  /** The edit that was asked about last. */
  private asked: Edit | undefined;
  /** Folders and hosts that the user was asked about in this session. */
  private readonly questions = new Set<string>();
  private folder = '';
  private proposals: readonly NextEdit[] = [];

  constructor(deps: LargeModelEditsDeps) {
    super();
    this.deps = deps;
    this.add({ dispose: () => this.cancel() });
  }

  changed(path: string, { document, contentChanges }: vscode.TextDocumentChangeEvent, kind: ChangeKind): void {
    this.cancel();
    this.follow(path, contentChanges);
    const isWanted =
      kind === 'typed' && this.deps.configuration.for(folderOf(document.uri).uri).nextEditsFromLargeModel;
    if (isWanted && this.proposals.length === 0) this.timer = setTimeout(() => void this.ask(document), pauseMs);
  }

  edits({ key }: FolderRef, documents: readonly TextFile[]): NextEdit[] {
    if (key !== this.folder) return [];
    const textOf = (path: string) => documents.find((file) => file.path === path)?.text ?? '';
    const left = this.proposals.filter(({ path, range, removed }) => {
      const text = textOf(path);
      return text.slice(offsetOf(text, range.start), offsetOf(text, range.end)) === removed;
    });
    // With their number, so that proposals that the user follows are others after each step.
    return left.map((edit) => ({ ...edit, rule: `${edit.rule}#${left.length}`, left: left.length }));
  }

  /** Other proposals move with an applied one. After another change they are out of date. */
  private follow(path: string, changes: vscode.TextDocumentChangeEvent['contentChanges']): void {
    const [change] = changes;
    if (change === undefined) return;
    const applied = this.proposals.find(
      ({ path: own, range, replacement }) =>
        own === path &&
        comparePositions(range.start, change.range.start) === 0 &&
        comparePositions(range.end, change.range.end) === 0 &&
        replacement === toLineFeeds(change.text),
    );
    if (applied === undefined || changes.length > 1) {
      this.proposals = [];
      return;
    }
    this.proposals = this.proposals.flatMap((edit) => {
      const range = edit === applied ? undefined : movedRange(edit.range, changes);
      return range ? [{ ...edit, range }] : [];
    });
  }

  private cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.calling?.abort();
    this.calling = undefined;
  }

  private async ask(document: vscode.TextDocument): Promise<void> {
    const { api, journals, isOn, isWanted, log, onFound, onSpent } = this.deps;
    const recorded = journals.recordedOf(document);
    if (!recorded || window.activeTextEditor?.document !== document || !isWanted()) return;
    const { folder, path } = recorded;
    const edits = journals.editsOf(folder);
    const last = edits.at(-1);
    if (last === undefined || last.kind !== 'typed' || last.path !== path || last.at < 0) return;
    if (last.inserted === this.asked?.inserted && last.time === this.asked.time) return;
    const llm = isOn(folder, document.languageId) && api.backoff.ready ? api.llm(folder) : undefined;
    if (llm === undefined || llm.facts.infill !== undefined || !this.isAgreed(folder)) return;
    const calling = new AbortController();
    this.calling = calling;
    try {
      const text = toLineFeeds(document.getText());
      const lines = linesAt(text, last.at);
      const request = await this.request(document.languageId, folder, { path, text }, lines, edits);
      if (request === undefined || calling.signal.aborted) return;
      this.asked = last;
      const answer = await llm.ask(nextEditPrompt(request), calling.signal, undefined, ({ costUsd }) =>
        onSpent(costUsd),
      );
      if (!answer.ok) {
        api.backoff.failed(answer.error);
        log.warn(`The large model proposed no edit: ${answer.error.message}`);
        return;
      }
      api.backoff.succeeded();
      const { text: written, model, costUsd } = answer.value;
      onSpent(costUsd);
      if (calling.signal.aborted || this.isDisposed) return;
      this.folder = folder.key;
      const rule = JSON.stringify(['proposal', path, written]);
      this.proposals = proposedEdits({ path, text }, lines, readPairs(written), {
        rule,
        origin: { kind: 'proposal', model },
      });
      log.info(`Next edits by ${model}: ${this.proposals.length}, $${costUsd.toFixed(6)}`);
      if (this.proposals.length > 0) onFound();
    } catch (error) {
      if (!isCancelled(error)) log.error('The large model was not asked for the next edit', error);
    }
  }

  /** If the user has not agreed to what is sent, he is asked once in a session, and the next pause may call. */
  private isAgreed(folder: FolderRef): boolean {
    const { api, permissions } = this.deps;
    const question = api.question(folder);
    if (permissions.mayCommandSend(folder.key, question.host, 'next edits')) return true;
    const name = `${folder.key} ${question.host}`;
    if (!this.questions.has(name)) void askFirstTime(question, 'next edits', permissions, 'notice');
    this.questions.add(name);
    return false;
  }

  /** With secrets redacted; undefined: nothing may be sent. */
  private async request(
    languageId: string,
    folder: FolderRef,
    { path, text }: TextFile,
    lines: LineWindow,
    edits: readonly Edit[],
  ): Promise<NextEditRequest | undefined> {
    const { folders, rules } = this.deps;
    const { secrets } = folders.of(folder);
    const mayLeave = async (file: string) => (await rules.of(folder, file)) === 'open';
    if (!secrets.isComplete || !(await mayLeave(path))) return undefined;
    const last = edits.at(-1) as Edit;
    const whole = { path, languageId, prefix: text.slice(0, last.at), suffix: text.slice(last.at) };
    const redacted = await redactedQuery(whole, secrets);
    const shown: NextEditRequest['edits'][number][] = [];
    let isLastShown = false;
    for (const edit of edits.slice(-maxEdits)) {
      if (edit.hasSecret || !(await mayLeave(edit.path))) continue;
      // It may have come to be known as a secret since.
      const cut = { start: true, end: true };
      const [removed, inserted] = await Promise.all(
        [edit.removed, edit.inserted].map((part) => secrets.text(part, edit.path, cut)),
      );
      if (removed !== edit.removed || inserted !== edit.inserted) continue;
      shown.push({ path: await secrets.path(edit.path), removed, inserted });
      isLastShown = edit === last;
    }
    // Without the last edit, a paid answer could not follow from it.
    if (!isLastShown) return undefined;
    return {
      path: redacted.path,
      languageId,
      lines: (redacted.prefix + redacted.suffix).slice(lines.from, lines.to),
      edits: shown,
    };
  }
}

/** Offsets, UTF-16 units. */
interface LineWindow {
  readonly from: number;
  readonly to: number;
}

/** Whole lines above and below an offset. */
function linesAt(text: string, at: number): LineWindow {
  let [from, to] = [lineStart(text, at), lineEnd(text, at)];
  for (let line = 0; line < linesAround; line++) {
    from = lineStart(text, Math.max(0, from - 1));
    to = lineEnd(text, Math.min(text.length, to + 1));
  }
  return { from, to };
}
