// Assertions about results.
import assert from 'node:assert/strict';
import type { ErrorCode, Result } from '../../src/common/errors.ts';

/** The code of a failure; 'ok' for a success. */
export function codeOf(result: Result<unknown>): ErrorCode | 'ok' {
  return result.ok ? 'ok' : result.error.code;
}

/** Throws unless the result is a failure with this code and such a message. */
export function assertFailed(result: Result<unknown>, code: ErrorCode, message = /./): void {
  assert.ok(!result.ok, 'it succeeded');
  assert.equal(result.error.code, code, result.error.message);
  assert.match(result.error.message, message);
}
