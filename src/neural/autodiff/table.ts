// One row per operator. A name in neural/onnx/ops.ts without a row here does not compile.
import type { OpName } from '../onnx/ops.ts';
import { ELEMENTWISE, REDUCTIONS } from './elementwise.ts';
import { INDEXING, MOVEMENT_ROWS } from './movement.ts';
import { PRODUCTS } from './products.ts';
import type { Rows } from './row.ts';
import { SERVING } from './serving.ts';

export const TABLE: Rows<OpName> = {
  ...ELEMENTWISE,
  ...REDUCTIONS,
  ...MOVEMENT_ROWS,
  ...INDEXING,
  ...PRODUCTS,
  ...SERVING,
};
