// A path with a secret in it: whoever asks, and however, asks at the masked one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery, Specialist } from '../../../src/common/completion.ts';
import { withMaskedPaths } from '../../../src/vscode/folder/masked-paths.ts';
import { settled } from '../../fakes/clock.ts';
import { hiding } from '../../fakes/masking.ts';
import { draft } from '../../fakes/specialist.ts';

const at = (path: string): CompletionQuery => ({ path, languageId: 'typescript', prefix: 'a', suffix: '' });
const options = { multiline: false, maxTokens: 8 };

test('every call uses the redacted path, synchronous ones included', async () => {
  const asked: string[] = [];
  const note = ({ path }: CompletionQuery) => asked.push(path);
  const inner: Required<Specialist> = {
    name: 'inner',
    complete: async (query) => {
      note(query);
      return draft('text');
    },
    snippets: async (query) => {
      note(query);
      return [];
    },
    begin: note,
    warm: note,
    isUnderWay: (query) => note(query) > 0,
    hasBetter: (query) => note(query) > 0,
    indexRevisionFor: note,
    setOpenFile() {},
    removeFile() {},
  };
  const masking = withMaskedPaths(inner, hiding('hunter2'));
  const signal = new AbortController().signal;
  const query = at('keys/hunter2.ts');
  await masking.complete(query, options, signal);
  await masking.snippets(query, { maxSnippets: 1, maxCharacters: 10 }, signal);
  masking.begin?.(query, options);
  masking.warm?.(query);
  await settled();
  masking.isUnderWay?.(query, options);
  masking.hasBetter?.(query, options);
  masking.indexRevisionFor?.(query);
  assert.deepEqual(asked, new Array(7).fill('keys/*******.ts'));
});

test('if redaction fails, the specialist is not asked and no rejection is unhandled', async () => {
  const broken = { text: async () => '', path: () => Promise.reject(new Error('broken')) };
  const never = () => assert.fail('asked');
  const inner = {
    name: 'inner',
    complete: never,
    snippets: never,
    begin: never,
    warm: never,
  } as unknown as Required<Specialist>;
  const masking = withMaskedPaths(inner, broken);
  masking.begin?.(at('a.ts'), options);
  masking.warm?.(at('a.ts'));
  await settled();
  await assert.rejects(async () => masking.complete(at('a.ts'), options, new AbortController().signal), /broken/);
});
