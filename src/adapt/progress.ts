// The stages of a run as users read them, in their order, with the seconds that the time left counts on.
import type { ProgressUpdate } from '../common/progress.ts';
import type { RemainingWork, Row } from './report/countdown.ts';
import type { AdaptRequest } from './request/adapt-request.ts';

/** Reports progress of a stage. */
export type Tell = (update: Omit<ProgressUpdate, 'stage' | 'step' | 'overall' | 'left'>) => void;

interface Stage extends Row {
  /** The kinds of runs that include the stage. */
  readonly of: 'all' | 'adapting' | 'neural' | 'api';
}

/** Seconds of drafts at all positions of a split. */
const secondsAt =
  (kind: keyof RemainingWork['places']) =>
  ({ secondsPerDraft, places: positions }: RemainingWork) =>
    secondsPerDraft * positions[kind];
const secondsForBase = ({ secondsPerDraft, base }: RemainingWork) => secondsPerDraft * base;
const secondsForEarlier = ({ secondsPerDraft, earlier }: RemainingWork) => secondsPerDraft * earlier;
const secondsForTraining = ({ training }: RemainingWork) => training;
const secondsForApi = ({ api }: RemainingWork) => api / 2;

/** Short stages report nothing: only their seconds count. */
const stages = [
  { name: 'Finding files', takes: 1, step: 'read', of: 'all' },
  { name: 'Reading files', takes: 3, step: 'read', of: 'all' },
  { name: 'Timing this machine', takes: 15, step: 'look', of: 'neural' },
  { name: 'Indexing', takes: 2, step: 'look', of: 'adapting' },
  { name: 'Timing a draft', takes: 0, step: 'look', of: 'adapting' },
  { name: 'Choosing positions for the API', takes: 1, step: 'plan', of: 'api' },
  { name: 'Preparing training samples', takes: 5, step: 'plan', of: 'neural' },
  { name: 'Planning', takes: 0, step: 'plan', of: 'neural' },
  { name: 'Measuring the base', takes: secondsForBase, step: 'measure', of: 'neural' },
  { name: 'Measuring the earlier model', takes: secondsForEarlier, step: 'measure', of: 'neural' },
  { name: 'Training', takes: secondsForTraining, step: 'train', of: 'neural' },
  { name: 'Mixing the adapted model with the n-grams', takes: secondsAt('fit'), step: 'decide', of: 'neural' },
  { name: 'Measuring the adapted model', takes: secondsAt('choose'), step: 'decide', of: 'neural' },
  { name: 'Testing the model in use', takes: secondsAt('test'), step: 'decide', of: 'neural' },
  { name: 'Testing the base', takes: secondsAt('testedBase'), step: 'decide', of: 'neural' },
  { name: 'Calibrating', takes: 2, step: 'decide', of: 'adapting' },
  { name: 'Measuring', takes: 2, step: 'decide', of: 'adapting' },
  { name: 'Asking the API', takes: secondsForApi, step: 'decide', of: 'api' },
  { name: 'Fitting the router', takes: 1, step: 'decide', of: 'adapting' },
  { name: 'Indexing every file', takes: 2, step: 'decide', of: 'all' },
] as const satisfies readonly Stage[];

export type StageName = (typeof stages)[number]['name'];

/** The stages of a run. */
export function stagesOf({ effort, neural, api }: Pick<AdaptRequest, 'effort' | 'neural' | 'api'>): readonly Row[] {
  const adapting = effort === 'adapt';
  const included: Readonly<Record<Stage['of'], boolean>> = {
    all: true,
    adapting,
    neural: adapting && neural !== undefined,
    api: adapting && api !== undefined,
  };
  return stages.filter(({ of }) => included[of]);
}
