// Ten training steps of adapters have PyTorch's losses and norms on the CPU: of one and of two micro-batches.
import { before, test } from 'node:test';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { compareSteps } from './compare-steps.ts';

before(loadLibrary);

test('ten losses with one micro-batch per step', () => compareSteps({}));
test('ten losses with gradients accumulated over two micro-batches', () => compareSteps({ batch: 1 }));
