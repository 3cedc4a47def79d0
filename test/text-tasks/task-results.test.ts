// The results of a run in words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultsOf, rightAt } from '../../src/text-tasks/task-results.ts';

test('a run’s results have labels by source, costs, and what is right at the share that is sent', () => {
  const curve = [
    { share: 0, right: 0.5 },
    { share: 0.5, right: 0.9 },
    { share: 1, right: 0.7 },
  ];
  assert.deepEqual(
    [0, 0.25, 1].map((share) => rightAt(curve, share)?.toFixed(2)),
    ['0.50', '0.70', '0.70'],
  );
  assert.equal(rightAt([], 0.5), undefined);
  const report = {
    ...{
      task: 'tickets',
      finishedAt: 0,
      path: 'tickets.labels.csv',
      texts: 1200,
      byPerson: 100,
      byApi: 300,
      inDoubt: 7,
    },
    ...{ curve, judgedOn: 99, judgedBy: 'api' as const, operating: 0.25, loss: 0.01, runUsd: 0, soFarUsd: 0.5 },
  };
  const { facts, notes } = resultsOf(report);
  const fact = new Map(facts);
  for (const [name, value] of [
    ['Labelled by the local model', '800'],
    ['Would be sent to the large model', '25%'],
    ['Cost so far', '$0.50'],
    ['Cost of sending the rest', '–'],
  ] as const)
    assert.equal(fact.get(name), value);
  assert.match(
    notes.join(' '),
    /^With 25% sent now, 70\.0% are right\. Measured on 99 random texts.* At most 1\.0% of/,
  );
});
