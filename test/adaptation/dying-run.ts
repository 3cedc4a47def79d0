// A run in a process of its own that notes all that it asks of models, and kills itself where it is told to: argv has a
// Plan as JSON.
import { appendFileSync } from 'node:fs';
import { adapt } from '../../src/adaptation/stages/run.ts';
import type { AdaptRequest } from '../../src/adaptation/types.ts';
import { silentLog } from '../../src/common/log.ts';
import { Budget } from '../../src/llm/budget.ts';
import { RecordingLlm } from '../../src/llm/recording.ts';
import type { RequestOptions } from '../../src/specialist/engine/client.ts';
import type { RequestKind, Requests } from '../../src/specialist/engine/protocol.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { openStore } from '../../src/storage/open.ts';
import { PositionLedger } from '../../src/storage/position-ledger.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { type Script, ScriptedEngine } from './scripted-engine.ts';

export interface Plan {
  readonly request: AdaptRequest;
  /** path -> text */
  readonly files: Readonly<Record<string, string>>;
  /** What is asked is appended here, a line each: 'draft base src/a.ts 120'. */
  readonly asked: string;
  /**
   * Beginning of a line, or name of a stage: at its n-th this process is killed. Absent: it runs to the end and prints
   * its report.
   */
  readonly die?: readonly [at: string, n: number];
  readonly program?: string;
}

const { request, files, asked, die, program }: Plan = JSON.parse(process.argv[2] as string);
let reached = 0;

function come(to: string): void {
  if (die && to.startsWith(die[0]) && ++reached === die[1]) process.kill(process.pid, 'SIGKILL');
}

function ask(line: string): void {
  appendFileSync(asked, `${line}\n`);
  come(line);
}

const truth: Script['truth'] = ({ path, prefix, suffix }) => {
  const text = files[path] as string;
  return text.slice(prefix.length, text.length - suffix.length).trimEnd();
};

class NotingEngine extends ScriptedEngine {
  override request<K extends RequestKind>(kind: K, of: Requests[K]['request'], options: RequestOptions<K> = {}) {
    const { query, labeled, key, pauseAfter } = of as {
      query?: PositionOf;
      labeled?: { query: PositionOf };
      key?: string;
      pauseAfter?: number;
    };
    const at = query ?? labeled?.query;
    const name = this.open.get(key ?? '')?.name ?? '';
    const what = pauseAfter === undefined ? kind : 'pace';
    ask([what, name, ...(at ? [at.path, at.prefix.length] : [])].join(' '));
    return super.request(kind, of, options);
  }
}
type PositionOf = { readonly path: string; readonly prefix: string };

/** What is right hangs on place and model alone: not on what was asked before. */
const shares: Readonly<Record<string, number>> = { base: 10, adapted: 95 };
const engine: NotingEngine = new NotingEngine({
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
const ledger = new PositionLedger(request.storeFolder, request.root, silentLog);
const llm = new ScriptedLlm(({ query }) => {
  ask(`api ${query.path} ${query.prefix.length}`);
  return truth(query);
}, 'knowing');
const budget = new Budget(() => store, 10);
const result = await adapt(request, {
  engine,
  llm: new RecordingLlm(llm, store, { purpose: 'labelling', folder: request.root, budget }),
  confirm: async () => true,
  ledger,
  ...(program !== undefined && { program }),
  record: (run) => store.recordAdaptation(request.root, run),
  progress: ({ stage }) => come(stage),
  signal: new AbortController().signal,
});
ledger.close();
store.close();
process.stdout.write(JSON.stringify(result));
