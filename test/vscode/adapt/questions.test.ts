// The one dialog before an adaptation: what it says, and what each of its answers starts.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { PlanOffer } from '../../../src/adapt/request/adapt-request.ts';
import { dialogs } from '../../fakes/vscode-dialogs.ts';

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

beforeEach(() => dialogs.reset());

test('before anything is done it says what comes first, and Cancel does nothing', async () => {
  for (const [press, goesOn] of [
    ['Make a Plan', true],
    [undefined, false],
  ] as const) {
    dialogs.answer = press;
    assert.equal(await askToPlan('engine'), goesOn);
  }
  const [{ text, detail, buttons } = assert.fail()] = dialogs.shown;
  assert.deepEqual([text, buttons], ['Adapt to engine?', ['Make a Plan']]);
  assert.match(
    detail,
    /^First .* timed, for one or two minutes\. Nothing is sent or changed\. A plan with its time and its price comes before/,
  );
});

const plans: readonly {
  readonly name: string;
  readonly offered: PlanOffer;
  readonly press?: string;
  readonly answer: object;
  readonly buttons: readonly string[];
  readonly says: RegExp;
}[] = [
  {
    name: 'without a large model it offers Start and Change Minutes, and says why nothing is trained first',
    ...{ offered: offer, press: 'Start', answer: { kind: 'start', api: false }, buttons: ['Start', 'Change Minutes'] },
    says: /^About 2 minutes: .* nothing is trained\. Training rarely pays here\.$/,
  },
  {
    name: 'Cancel stops',
    ...{ offered: offer, answer: { kind: 'stop' }, buttons: ['Start', 'Change Minutes'] },
    says: /pays here\.$/,
  },
  ...[
    { press: 'Start With the Large Model', asks: true },
    { press: 'Start Without It', asks: false },
  ].map(({ press, asks }) => ({
    name: `with a large model it states calls, dollars and what is sent; '${press}'`,
    ...{ offered: { ...offer, api }, press, answer: { kind: 'start', api: asks } },
    buttons: ['Start With the Large Model', 'Start Without It', 'Change Minutes'],
    says: /claude-haiku is asked at 240 positions\. It costs about \$0\.12\. .* sent to api\.example\. Secrets are redacted first\./,
  })),
];
for (const { name, offered, press, answer, buttons, says } of plans)
  test(name, async () => {
    dialogs.presses = press === undefined ? [] : [press];
    assert.deepEqual(await askPlan(offered, 'engine', 'anthropic'), answer);
    const [shown = assert.fail()] = dialogs.shown;
    assert.deepEqual([shown.text, shown.buttons], ['Adapt to engine?', buttons]);
    assert.match(shown.detail, says);
  });

test('Change Minutes lists every choice with its time, and a list that is left returns to the dialog', async () => {
  dialogs.presses = ['Change Minutes'];
  const rows: (string | undefined)[][] = [];
  dialogs.pick = (items) => {
    rows.push(...items.map(({ label, detail }) => [label, detail]));
    return { row: '30 minutes, with training' };
  };
  const answer = await askPlan(offer, 'engine', undefined);
  assert.deepEqual(answer, { kind: 'change', choice: { trains: true, minutes: 30 } });
  assert.deepEqual(rows, [
    ['Without training', choices[0]?.words],
    ['30 minutes, with training', choices[1]?.words],
  ]);
  dialogs.presses = ['Change Minutes', 'Start'];
  dialogs.pick = () => undefined;
  assert.deepEqual(await askPlan(offer, 'engine', undefined), { kind: 'start', api: false });
  assert.equal(dialogs.shown.length, 3);
});

test('a run that the user cancelled says what it keeps, and resumes the same task', async () => {
  dialogs.answer = 'Resume';
  await showStopped({ code: 'cancelled', message: 'Stopped. Run it again.' }, 'runTextTask', 'mails');
  assert.deepEqual(dialogs.shown, [{ text: 'Stopped. Run it again.', detail: '', buttons: ['Resume'] }]);
  assert.deepEqual(dialogs.commands, [['easyAdaptation.runTextTask', 'mails']]);
});
