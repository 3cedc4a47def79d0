// The computed time of a training step: layers that are not adapted need no backward pass.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parameterSpecs } from '../../../src/neural/architecture/parameters.ts';
import { productsPerToken } from '../../../src/neural/training/probe.ts';
import { PRESETS } from '../../support/random-models.ts';

test('adapted layers count three times, other layers once, and the output matrix twice', () => {
  const config = { ...PRESETS.S, vocabSize: 8192, layers: 4 };
  const layers = parameterSpecs(config)
    .filter(({ kind }) => kind === 'linear')
    .reduce((sum, { shape: [out = 0, inner = 0] }) => sum + out * inner, 0);
  const head = config.vocabSize * config.hiddenSize;
  assert.equal(productsPerToken(config, {}), 3 * layers + 2 * head);
  assert.equal(productsPerToken(config, { firstLayer: 2 }), 2 * layers + 2 * head);
});
