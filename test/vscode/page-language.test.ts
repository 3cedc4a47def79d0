// The `lang` attribute of a webview's page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageLanguage } from '../../src/vscode/editor/page-language.ts';

test('a page is in English unless the extension has a bundle for the editor’s language', () => {
  assert.equal(pageLanguage(undefined, 'de'), 'en');
  assert.equal(pageLanguage({ Ready: 'Bereit' }, 'de'), 'de');
  assert.equal(pageLanguage({}, 'pt-br'), 'pt-br');
  assert.equal(pageLanguage({}, '"><x'), 'x');
});
