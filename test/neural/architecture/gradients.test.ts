// Loss and gradients of adapters agree with PyTorch's on the CPU.
import { before, test } from 'node:test';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { checkGradients } from './check-gradients.ts';

before(loadLibrary);

test('gradients of adapters on the CPU', () => checkGradients('cpu'));
