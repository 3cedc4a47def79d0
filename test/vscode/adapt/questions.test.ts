// The one dialog before an adaptation: what it says, and what each of its answers starts.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { PlanOffer } from '../../../src/adapt/request/adapt-request.ts';
import { l10n, loadAsVscode } from '../../support/fake-vscode.ts';

const shown: { message: string; detail: string; buttons: string[] }[] = [];
const rows: { label: string; detail: string }[] = [];
/** The commands that were run, with their arguments. */
const commands: string[][] = [];
/** The buttons that the user presses, in their order, and the row picked. */
let presses: string[] = [];
let picks: string | undefined;

loadAsVscode({
  l10n,
  commands: { executeCommand: async (...call: string[]) => void commands.push(call) },
  window: {
    showInformationMessage: async (message: string, options: { detail: string } | string, ...others: string[]) => {
      const isModal = typeof options === 'object';
      const [detail, buttons] = isModal ? [options.detail, others] : ['', [options, ...others]];
      shown.push({ message, detail, buttons });
      return presses.shift();
    },
    showQuickPick: async (items: typeof rows) => {
      rows.push(...items);
      return items.find(({ label }) => label === picks);
    },
  },
});
const { askPlan, askToPlan, showStopped } = await import('../../../src/vscode/adapt/questions.ts');

const choices = [
  { trains: false, minutes: 2, words: 'About 2 minutes: 1 measuring, 1 deciding.' },
  { trains: true, minutes: 30, words: 'About 29 minutes: 6 measuring, 20 training, 3 deciding.' },
];
const offer: PlanOffer = {
  choice: { trains: false, minutes: 2 },
  words: 'About 2 minutes: 1 measuring, 1 deciding.',
  why: 'Training rarely pays here.',
  choices,
};
const api = { model: 'claude-haiku', host: 'api.example', positions: 240, usd: 0.12 };

beforeEach(() => {
  shown.length = 0;
  rows.length = 0;
  picks = undefined;
});

test('before anything is done it says what comes first, and Cancel does nothing', async () => {
  for (const [press, goesOn] of [
    ['Make a Plan', true],
    [undefined, false],
  ] as const) {
    presses = press === undefined ? [] : [press];
    assert.equal(await askToPlan('engine'), goesOn);
  }
  const [{ message, detail, buttons } = assert.fail()] = shown;
  assert.deepEqual([message, buttons], ['Adapt to engine?', ['Make a Plan']]);
  assert.match(detail, /^First .* timed, for one or two minutes\. Nothing is sent or changed\. Then you choose/);
});

test('without a large model it offers Start and Change Minutes, and says why nothing is trained first', async () => {
  presses = ['Start'];
  assert.deepEqual(await askPlan(offer, 'engine', undefined), { kind: 'start', api: false });
  const [{ message, detail, buttons } = assert.fail()] = shown;
  assert.equal(message, 'Adapt to engine?');
  assert.deepEqual(buttons, ['Start', 'Change Minutes']);
  assert.match(detail, /^About 2 minutes: .* nothing is trained\. Training rarely pays here\.$/);
  presses = [];
  assert.deepEqual(await askPlan(offer, 'engine', undefined), { kind: 'stop' }, 'Cancel');
});

test('with a large model it states calls, dollars and what is sent, and starts with or without it', async () => {
  presses = ['Start With the Large Model'];
  assert.deepEqual(await askPlan({ ...offer, api }, 'engine', 'anthropic'), { kind: 'start', api: true });
  assert.match(
    shown[0]?.detail ?? '',
    /claude-haiku is asked at 240 positions\. It costs about \$0\.12\. .* sent to api\.example\. Secrets are redacted first\./,
  );
  presses = ['Start Without It'];
  assert.deepEqual(await askPlan({ ...offer, api }, 'engine', 'anthropic'), { kind: 'start', api: false });
});

test('Change Minutes lists every choice with its time, and a list that is left returns to the dialog', async () => {
  presses = ['Change Minutes'];
  picks = '30 minutes, with training';
  const answer = await askPlan(offer, 'engine', undefined);
  assert.deepEqual(answer, { kind: 'change', choice: { trains: true, minutes: 30 } });
  assert.deepEqual(
    rows.map(({ label, detail }) => [label, detail]),
    [
      ['Without training', choices[0]?.words],
      ['30 minutes, with training', choices[1]?.words],
    ],
  );
  presses = ['Change Minutes', 'Start'];
  picks = undefined;
  assert.deepEqual(await askPlan(offer, 'engine', undefined), { kind: 'start', api: false });
  assert.equal(shown.length, 3);
});

test('a run that the user cancelled says what it keeps, and resumes the same task', async () => {
  presses = ['Resume'];
  await showStopped({ code: 'cancelled', message: 'Stopped. Run it again.' }, 'runTextTask', 'mails');
  assert.deepEqual(shown, [{ message: 'Stopped. Run it again.', detail: '', buttons: ['Resume'] }]);
  assert.deepEqual(commands, [['easyAdaptation.runTextTask', 'mails']]);
});
