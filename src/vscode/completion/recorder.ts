// Turns completion events into rows for the panel and lines of the log, and API failures into one status.
import type { Clock } from '../../common/clock.ts';
import type { Log } from '../../common/log.ts';
import { type Decision, sentenceOf } from '../../routing/decision.ts';
import {
  type CompletionEvent,
  type CompletionRequest,
  confidenceOf,
  type Suggestion,
} from '../../suggest/suggestion.ts';
import { lineBefore, lineNumber } from '../../text/lines.ts';
import { detachString } from '../../text/windows.ts';
import type { Problems } from '../api/problems.ts';
import type { PanelRow } from '../webview/protocol.ts';
import type { Activity } from './activity.ts';

export interface RecorderDeps {
  readonly activity: Activity;
  readonly problems: Problems;
  readonly clock: Clock;
  readonly log: Log;
}

/** The properties of a folder that the recorder needs. */
export interface RecorderFolder {
  /** Prefix of paths in the panel; '' if there is only one folder. */
  readonly label: string;
  /** The URI of the document at a path of the folder. */
  readonly documentAt: (path: string) => string;
}

export class Recorder {
  private readonly deps: RecorderDeps;
  private unansweredCount = 0;

  constructor(deps: RecorderDeps) {
    this.deps = deps;
  }

  on(event: CompletionEvent, folder: RecorderFolder): void {
    const { activity, problems, log } = this.deps;
    switch (event.kind) {
      case 'answered':
        this.answered(event.request, event.suggestion, folder);
        break;
      case 'nothing':
        this.notAnswered(event.request, event.decision, folder);
        break;
      case 'paid-unshown':
        activity.addSpending(event.costUsd);
        break;
      case 'api-failed':
        problems.report(event);
        break;
      case 'api-recovered':
        problems.clear();
        break;
      case 'outcome':
        activity.setOutcome(event.id, event.outcome, event.acceptedLength);
        log.info(`Suggestion ${event.outcome}: ${event.acceptedLength} characters accepted`);
    }
  }

  private answered(request: CompletionRequest, suggestion: Suggestion, folder: RecorderFolder): void {
    const { clock, activity, log } = this.deps;
    const { id, text, source, model, latencyMs, costUsd, savedUsd, cached, decision } = suggestion;
    const row: PanelRow = {
      ...this.positionOf(request, folder),
      id,
      at: clock.now(),
      text,
      source,
      model,
      cached,
      latencyMs,
      costUsd,
      savedUsd,
      outcome: 'pending',
      confidence: confidenceOf(suggestion),
      summary: sentenceOf(decision),
    };
    activity.add(row, folder.documentAt(request.query.path));
    // Without text and path, which may hold secrets.
    log.info(`Suggestion of ${text.length} characters by ${model} in ${Math.round(latencyMs)} ms`);
  }

  /**
   * Lists a held-back suggestion, one row per line of the document, and every unanswered manual request. Other requests
   * without a suggestion are too frequent to list.
   */
  private notAnswered(request: CompletionRequest, decision: Decision, folder: RecorderFolder): void {
    const { activity, clock } = this.deps;
    const heldBack = decision.kind === 'hold' ? decision.held : undefined;
    if (heldBack === undefined && request.trigger !== 'manual') return;
    const position = this.positionOf(request, folder);
    const { newest } = activity;
    const isSameLine = newest?.source === 'none' && newest.path === position.path && newest.line === position.line;
    const row: PanelRow = {
      ...position,
      id: isSameLine ? newest.id : `none-${++this.unansweredCount}`,
      at: clock.now(),
      text: heldBack?.text ?? '',
      ...(heldBack && {
        heldBack: { p: heldBack.p, threshold: heldBack.from, ...(heldBack.why && { why: heldBack.why }) },
      }),
      source: 'none',
      model: '',
      cached: false,
      latencyMs: 0,
      costUsd: 0,
      savedUsd: 0,
      outcome: 'ignored',
      confidence: heldBack?.p ?? decision.pSpecialist,
      summary: sentenceOf(decision),
    };
    activity.add(row, folder.documentAt(request.query.path));
  }

  private positionOf(request: CompletionRequest, folder: RecorderFolder): Pick<PanelRow, 'path' | 'line' | 'before'> {
    const { path, prefix } = request.query;
    return {
      path: folder.label === '' ? path : `${folder.label}/${path}`,
      line: lineOf(request) + 1,
      before: detachString(lineBefore(prefix, 200)),
    };
  }
}

function lineOf({ line, query }: CompletionRequest): number {
  return line ?? lineNumber(query.prefix);
}
