// Runs adaptations of a fake folder with a fake API and an engine that returns the answers of the test.
import type { AdaptRequest, ApiEstimate } from '../../src/adapt/request/adapt-request.ts';
import { silentLog } from '../../src/common/log.ts';
import type { LlmClient } from '../../src/llm/protocol/models.ts';
import { Budget, RecordingLlm } from '../../src/llm/recording.ts';
import { openStore } from '../../src/storage/open.ts';
import { RunStore } from '../../src/storage/run-store.ts';
import { FakeLedger } from '../fakes/ledger.ts';
import { neuralRequest, type Project, reportWith, truthOf } from './project.ts';
import { RunEngine, type Script } from './scripted-engine.ts';

/**
 * A request for the project with its own base and a budget of 1 dollar.
 * @param positions maximum number of positions that the API is asked about
 */
export function askingRequest(project: Project, positions: number): AdaptRequest {
  const settings = { apiKey: 'test-key', model: 'knowing', timeoutMs: 1000, baseUrl: 'http://127.0.0.1:9' };
  return { ...neuralRequest(project), api: { settings, positions, budgetUsd: 1 } };
}

/** The base model is right at 20% of the positions, the adapted model at 90%. */
export function engineFor(project: Project, losses?: Script['losses']): RunEngine {
  return new RunEngine({
    right: { base: 0.2, adapted: 0.9 },
    truth: truthOf(project),
    ...(losses && { losses }),
  });
}

/** Data that is kept between runs for the same folder: the API's answers and the outputs of the stages. */
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

  runStore(): RunStore {
    return new RunStore(this.request.storeFolder, this.request.root, silentLog);
  }
}

/**
 * @param agreed the user's answer to every question about the price
 * @param kept if absent, nothing is kept between runs
 */
export async function adaptAsking(
  engine: RunEngine,
  llm: LlmClient | undefined,
  request: AdaptRequest,
  agreed: boolean,
  kept?: Kept,
) {
  const estimates: ApiEstimate[] = [];
  const runStore = kept?.runStore();
  const report = await reportWith(request, {
    engine,
    llm: llm && (kept?.paid(llm) ?? llm),
    runStore,
    askPlan: async ({ api }) => {
      if (api) estimates.push(api);
      return { kind: 'start', api: agreed };
    },
  });
  runStore?.close();
  return { estimates, report };
}
