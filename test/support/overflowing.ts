// Texts of Python whose error recovery needs more stack than tree-sitter's WebAssembly has.

/** Traps, after the memory below the stack is overwritten. */
export const OVERFLOWS_STACK = `x = ${'(+)+'.repeat(4000)}`;
/** Uses the stack to its last byte, without a trap. */
export const FILLS_STACK = `x = ${'(+)+'.repeat(2040)}`;
