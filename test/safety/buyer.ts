// A process that asks the API about made-up positions, as an adaptation does, until all are answered, the limit is
// reached, or the process is killed. Arguments: the store's folder, address of the API, number of positions, first
// position, limit in US dollars, model. Exit code: 0 if every position is answered, 3 if it stopped earlier; then it
// prints the reason.
import { silentLog } from '../../src/common/log.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import { labelBatch } from '../../src/llm/label.ts';
import { Budget, RecordingLlm } from '../../src/llm/recording.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { openStore } from '../../src/storage/open.ts';

const [folder = '', baseUrl = '', count = '0', first = '0', limit = '0', model = ''] = process.argv.slice(2);
const { store, notice } = openStore(folder, { log: silentLog });
if (notice !== undefined) throw new Error(notice);
const llm = new RecordingLlm(
  connectLlm({ apiKey: 'sk-ant-test-0123456789', baseUrl, model, timeoutMs: 60_000 }),
  store,
  { purpose: 'labelling', folder: '/work/project', budget: new Budget(() => store, Number(limit)) },
);
const prompts = Array.from({ length: Number(count) }, (_, at) => {
  const prefix = `export const place${Number(first) + at} = `;
  const query = { path: 'src/a.ts', languageId: 'typescript', prefix, suffix: '\n' };
  return completionPrompt({ query, snippets: [], drafts: [], multiline: true }, llm.facts);
});
const { stopped } = await labelBatch(llm, prompts, {
  concurrency: 4,
  signal: new AbortController().signal,
  onAnswer: () => {},
});
store.close();
if (stopped !== undefined) process.stdout.write(`${stopped.message}\n`);
process.exitCode = stopped === undefined ? 0 : 3;
