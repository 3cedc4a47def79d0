// Adaptations of a made-up folder that ask a made-up API, by an engine whose answers a test decides.
import assert from 'node:assert/strict';
import { adapt } from '../../src/adaptation/stages/run.ts';
import type { AdaptRequest, ApiEstimate } from '../../src/adaptation/types.ts';
import { silentLog } from '../../src/common/log.ts';
import { Budget } from '../../src/llm/budget.ts';
import { RecordingLlm } from '../../src/llm/recording.ts';
import type { LlmClient } from '../../src/llm/types.ts';
import { openStore } from '../../src/storage/open.ts';
import { PositionLedger } from '../../src/storage/position-ledger.ts';
import { FakeLedger } from '../fakes/ledger.ts';
import { neuralRequest, type Project } from './project.ts';
import { type Script, ScriptedEngine } from './scripted-engine.ts';

/** Of a project, with a base of its own beside it, for 1 dollar at most. @param places that may be asked about */
export function askingRequest(project: Project, positions: number): AdaptRequest {
  const settings = { apiKey: 'test-key', model: 'knowing', timeoutMs: 1000, baseUrl: 'http://127.0.0.1:9' };
  return { ...neuralRequest(project), api: { settings, positions, budgetUsd: 1 } };
}

/** The base is seldom right, what is adapted mostly. */
export function engineFor(project: Project, losses?: Script['losses']): ScriptedEngine {
  return new ScriptedEngine({
    right: { base: 0.2, adapted: 0.9 },
    truth: ({ path, prefix, suffix }) => {
      const text = project.files.get(path) as string;
      return text.slice(prefix.length, text.length - suffix.length).trimEnd();
    },
    ...(losses && { losses }),
  });
}

/** What runs over a folder keep: the API's answers, and what stages have made. */
export class Kept {
  readonly answers = new FakeLedger();
  private readonly request: AdaptRequest;

  constructor(request: AdaptRequest) {
    this.request = request;
    openStore(request.storeFolder).store.close();
  }

  /** Answers are paid for once. */
  paid(llm: LlmClient): LlmClient {
    const budget = new Budget(() => this.answers, 10);
    return new RecordingLlm(llm, this.answers, { purpose: 'labelling', folder: '/w', budget });
  }

  ledger(): PositionLedger {
    return new PositionLedger(this.request.storeFolder, this.request.root, silentLog);
  }
}

/** @param agreed to the price, each time that it is asked about. @param kept absent: nothing is */
export async function adaptAsking(
  engine: ScriptedEngine,
  llm: LlmClient | undefined,
  request: AdaptRequest,
  agreed: boolean,
  kept?: Kept,
) {
  const estimates: ApiEstimate[] = [];
  const ledger = kept?.ledger();
  const result = await adapt(request, {
    engine,
    llm: llm && (kept?.paid(llm) ?? llm),
    ledger,
    confirm: async (estimate) => {
      estimates.push(estimate);
      return agreed;
    },
    record: () => {},
    signal: new AbortController().signal,
  });
  ledger?.close();
  assert.ok(result.ok, JSON.stringify(result));
  return { estimates, report: result.value.report };
}
