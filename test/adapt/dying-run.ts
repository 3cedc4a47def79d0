// A run in its own process that records all requests to models and kills itself at a given point. The argument is a
// Plan as JSON.
import { appendFileSync } from 'node:fs';
import { adapt } from '../../src/adapt/adapt.ts';
import type { AdaptRequest } from '../../src/adapt/request/adapt-request.ts';
import { silentLog } from '../../src/common/log.ts';
import { Budget, RecordingLlm } from '../../src/llm/recording.ts';
import type { RequestKind, RequestOptions, Requests } from '../../src/specialist/engine/engine-protocol.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { openStore } from '../../src/storage/open.ts';
import { RunStore } from '../../src/storage/run-store.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { truthAt } from './project.ts';
import { RunEngine, type Script } from './scripted-engine.ts';

export interface Plan {
  readonly request: AdaptRequest;
  /** path -> text */
  readonly files: Readonly<Record<string, string>>;
  /** File to which each request is appended as a line: 'draft base src/a.ts 120'. */
  readonly asked: string;
  /**
   * Start of a line, or name of a stage: the process is killed when it occurs for the n-th time. Absent: the process
   * prints its report at the end.
   */
  readonly die?: readonly [at: string, n: number];
  readonly program?: string;
}

const { request, files, asked, die, program }: Plan = JSON.parse(process.argv[2] as string);
let occurrences = 0;

function dieAt(to: string): void {
  if (die && to.startsWith(die[0]) && ++occurrences === die[1]) process.kill(process.pid, 'SIGKILL');
}

function ask(line: string): void {
  appendFileSync(asked, `${line}\n`);
  dieAt(line);
}

const truth: Script['truth'] = (query) => truthAt(files[query.path] as string, query);

class RecordingEngine extends RunEngine {
  override request<K extends RequestKind>(kind: K, of: Requests[K]['request'], options: RequestOptions<K> = {}) {
    const { query, labelled, key, pauseAfter } = of as {
      query?: QueryPosition;
      labelled?: { query: QueryPosition };
      key?: string;
      pauseAfter?: number;
    };
    const cursor = query ?? labelled?.query;
    const name = this.open.get(key ?? '')?.name ?? '';
    const requestName = pauseAfter === undefined ? kind : 'pace';
    ask([requestName, name, ...(cursor ? [cursor.path, cursor.prefix.length] : [])].join(' '));
    return super.request(kind, of, options);
  }
}
type QueryPosition = { readonly path: string; readonly prefix: string };

/** Share of right drafts, %. Whether a draft is right depends only on position and model, not on earlier requests. */
const shares: Readonly<Record<string, number>> = { base: 10, adapted: 95 };
const engine: RecordingEngine = new RecordingEngine({
  right: { base: 1, adapted: 1 },
  losses: (out) => [3, out.includes('with') && !out.includes('without') ? 1.9 : 2],
  truth: (query) => {
    const name = [...engine.open.values()][0]?.name ?? '';
    return (query.prefix.length * 37) % 100 < (shares[name] ?? 0) ? truth(query) : 'something else';
  },
});

const { complete } = NgramModel.prototype;
NgramModel.prototype.complete = function (query, options) {
  ask(`draft n-gram ${query.path} ${query.prefix.length}`);
  return complete.call(this, query, options);
};

const { store } = openStore(request.storeFolder, { log: silentLog });
const runStore = new RunStore(request.storeFolder, request.root, silentLog);
const llm = new ScriptedLlm(({ query }) => {
  ask(`api ${query.path} ${query.prefix.length}`);
  return truth(query);
}, 'knowing');
const budget = new Budget(() => store, 10);
const result = await adapt(request, {
  engine,
  llm: new RecordingLlm(llm, store, { purpose: 'labelling', folder: request.root, budget }),
  askPlan: async () => ({ kind: 'start', api: true }),
  runStore,
  ...(program !== undefined && { program }),
  record: (run) => store.recordAdaptation(request.root, run),
  progress: ({ stage }) => dieAt(stage),
  signal: new AbortController().signal,
});
runStore.close();
store.close();
process.stdout.write(JSON.stringify(result));
