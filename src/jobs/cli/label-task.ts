// `label` labels every text of a task as CSV.
import { join } from 'node:path';
import { CodedError } from '../../common/errors.ts';
import { percent } from '../../common/format.ts';
import { dollars } from '../../llm/budget.ts';
import type { ComparedForms } from '../../text-tasks/choose-form.ts';
import { inWords } from '../../text-tasks/expected-accuracy.ts';
import { RISK_TERMS, SIMILARITY_TERMS } from '../../text-tasks/labels/share-of-calls.ts';
import type { TaskReport } from '../../text-tasks/task-report.ts';
import { type StatesAccess, textTaskJob } from '../text-task.ts';
import { type CommandLine, memoryOption, numberOption, repository, UsageError } from './command-line.ts';
import { apiAccess, requestFor, requireFolder, storageFolder } from './run-request.ts';
import type { Terminal } from './terminal.ts';

function taskOf({ target, values }: CommandLine): { root: string; task: string } {
  if (target === undefined)
    throw new UsageError('Name the task: the file .easyadaptation/tasks/NAME.json without .json.');
  return { root: requireFolder(values.folder ?? '.'), task: target };
}

export async function label(commandLine: CommandLine, terminal: Terminal): Promise<number> {
  const { values } = commandLine;
  const { root, task } = taskOf(commandLine);
  return reportCodedErrors(terminal, async () => {
    const api = apiAccess(values);
    const { bar, stop, log } = terminal;
    const more = values.more === undefined ? 0 : numberOption('more', values.more, 1, 100_000);
    const request = {
      root,
      task,
      storeFolder: storageFolder(values),
      harvest: { trusted: true },
      more: Math.round(more),
      acceptsFew: true,
      who: 'npm start',
    };
    const states = statesAccess(commandLine);
    const done = await textTaskJob(
      { ...request, ...(api && { api }), ...(states && { states }) },
      {
        confirm: (estimate) => terminal.confirm(estimate),
        progress: (update) => bar.update(update),
        signal: stop.signal,
        log,
      },
    );
    bar.clear();
    if (!done.ok) return terminal.fail(done.error);
    terminal.print(done.value, renderTask(root, done.value));
    return done.value.stopped === undefined ? 0 : 1;
  });
}

/** Access to the base model's hidden states. Only with --base, because computing them takes minutes. */
function statesAccess({ values }: CommandLine): StatesAccess | undefined {
  if (values.base === undefined) return undefined;
  const { neural, tokenizerPath: tokenizer } = requestFor(values.folder ?? '.', values);
  if (!neural) return undefined;
  const { base: model, threads, precision } = neural;
  const memoryCeiling = memoryOption(values);
  const engine = { script: join(repository, 'src', 'specialist', 'engine', 'main.ts'), memoryCeiling };
  return { engine, language: { model, tokenizer, precision, threads } };
}

const TERMS = {
  label: { done: 'labelled', right: 'Right', none: 'a known label', terms: RISK_TERMS },
  text: {
    done: 'answered',
    right: 'Similarity to the accepted answer, 0 to 1',
    none: 'an accepted answer',
    terms: SIMILARITY_TERMS,
  },
} as const;

/** What the prompts show of the folder, and what it brought where that was compared. */
function shownTo({ form, items: texts, first: bare, gain, low, high }: ComparedForms, { output }: TaskReport): string {
  const { done, right } = TERMS[output ?? 'label'];
  if (form === 'bare')
    return `The large model is asked bare: on ${texts} texts that people ${done}, nothing of this folder made it better (${right.toLowerCase()}: ${bare.toFixed(2)}).`;
  const told = { examples: 'similar texts', brief: 'a few similar texts and the figures of the local model' };
  const what = form === 'informed' ? 'similar texts and the figures of the local model' : told[form];
  return `The large model is shown ${what}: on ${texts} texts that people ${done} it comes to ${(bare + gain).toFixed(2)} instead of ${bare.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)} more).`;
}

function renderTask(root: string, report: TaskReport): string {
  const { path, texts, byPerson, byApi, inDoubt, curve, judgedOn, judgedBy, operating, loss, output } = report;
  const { done, right, none, terms } = TERMS[output ?? 'label'];
  const judged =
    judgedBy === 'person' ? `that people ${done}` : `that the API ${done} (its answers are taken as correct)`;
  const rest =
    report.restUsd === undefined ? '' : `; asking about the texts in doubt would cost about ${dollars(report.restUsd)}`;
  return [
    `${join(root, path)}: ${texts} texts, ${byPerson} ${done} by people, ${byApi} by ${report.model ?? 'the API'}, ${inDoubt} in doubt.`,
    ...(curve.length === 0
      ? [
          report.expected && report.expected.others > 0
            ? inWords(report.expected)
            : `The accuracy of the local model is not known: no text has both ${none} and an answer of the API.`,
        ]
      : [
          `${right}, on ${judgedOn} texts ${judged}, by the share that is sent to the API:`,
          `  ${curve.map(({ share, right }) => `${percent(share)}: ${right.toFixed(3)}`).join('  ')}`,
        ]),
    ...(operating === undefined || loss === undefined
      ? []
      : [`At a loss of at most ${loss}, ${percent(operating)} go to the API. ${terms}`]),
    ...(report.shown ? [shownTo(report.shown, report)] : []),
    `Paid now ${dollars(report.runUsd)}, for this task so far ${dollars(report.soFarUsd)}${rest}.`,
    ...(report.stopped === undefined ? [] : [`Calls to the API stopped early: ${report.stopped}`]),
  ].join('\n');
}

async function reportCodedErrors(terminal: Terminal, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CodedError) return terminal.fail(error);
    if (terminal.stop.signal.aborted) return 1;
    throw error;
  }
}
