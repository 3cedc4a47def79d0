// A specialist receives only redacted paths, by every method.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery, Specialist } from '../../../src/common/completion.ts';
import { withRedactedPaths } from '../../../src/vscode/folder/redacted-paths.ts';
import { settled } from '../../fakes/clock.ts';
import { hiding } from '../../fakes/redaction.ts';
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
    isDrafting: (query) => note(query) > 0,
    hasBetterDraft: (query) => note(query) > 0,
    indexRevisionFor: note,
    setOpenFile() {},
    removeFile() {},
  };
  const redaction = withRedactedPaths(inner, hiding('hunter2'));
  const signal = new AbortController().signal;
  const query = at('keys/hunter2.ts');
  await redaction.complete(query, options, signal);
  await redaction.snippets(query, { maxSnippets: 1, maxCharacters: 10 }, signal);
  redaction.begin?.(query, options);
  redaction.warm?.(query);
  await settled();
  redaction.isDrafting?.(query, options);
  redaction.hasBetterDraft?.(query, options);
  redaction.indexRevisionFor?.(query);
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
  const redaction = withRedactedPaths(inner, broken);
  redaction.begin?.(at('a.ts'), options);
  redaction.warm?.(at('a.ts'));
  await settled();
  await assert.rejects(async () => redaction.complete(at('a.ts'), options, new AbortController().signal), /broken/);
});
