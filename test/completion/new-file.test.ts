// The first lines of a new file, typed in a small folder, through the real service and the n-gram model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionRequest } from '../../src/completion/types.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { draftBySyntax } from '../../src/text/syntax/parsing.ts';
import { ScriptedSpecialist } from '../fakes/specialist.ts';
import { tokenizer } from '../specialist/ngram/project.ts';
import { Harness } from './harness.ts';

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const names = ['list', 'table', 'input', 'help', 'timer', 'pager', 'mouse', 'tabs'];

const widgets = names.map((name): SourceFile => {
  return {
    path: `ui/${name}.go`,
    text: `package tui

import (
\t"fmt"

\ttea "example.com/tea"
)

type ${name}Model struct {
\twidth  int
\theight int
}

func (m ${name}Model) View() string {
\treturn fmt.Sprint(m.width)
}
`,
  };
});

const tests = names.map((name): SourceFile => {
  return {
    path: `src/${name}.test.ts`,
    text: `import { describe, expect, it } from 'vitest'
import { ${name} } from './${name}.js'

describe('${name}', () => {
  it('returns the first ${name}', () => {
    expect(${name}(1)).toBe(1)
  })

  it('is empty at first', () => {
    expect(${name}(0)).toBe(0)
  })
})
`,
  };
});

/** What is suggested, unasked, at the end of what was typed of a new file. */
async function suggested(files: readonly SourceFile[], path: string, prefix: string, suffix = ''): Promise<string> {
  const model = NgramModel.build(files, tokenizer);
  const specialist = new ScriptedSpecialist((at, options) =>
    draftBySyntax(at, options, (adjusted) => model.complete(at, adjusted)),
  );
  const settings = { balance: 0, apiAllowed: false, threshold: 0.6 };
  const { service } = new Harness({ specialist, llm: undefined, settings });
  const languageId = path.endsWith('.go') ? 'go' : 'typescript';
  const indentUnit = languageId === 'go' ? '\t' : '  ';
  const request: CompletionRequest = {
    query: { path, languageId, prefix, suffix },
    trigger: 'automatic',
    indentUnit,
  };
  return (await service.complete(request, new AbortController().signal))?.text ?? '';
}

test('a type of the new file begins like the types of the other files', async () => {
  const [widget] = widgets as [SourceFile];
  const head = widget.text.slice(0, widget.text.indexOf('type '));
  const shown = await suggested(widgets, 'ui/viewport.go', `${head}type viewportModel `);
  assert.ok(shown.startsWith('struct {'), shown);
});

test('after the title of a test its function follows, also before a bracket that the editor closed', async () => {
  const head =
    "import { describe, expect, it } from 'vitest'\nimport { step } from './step.js'\n\ndescribe('step', () => {\n";
  for (const suffix of ['', ')\n})\n']) {
    const shown = await suggested(tests, 'src/step.test.ts', `${head}  it('returns the last step', `, suffix);
    assert.ok(shown.startsWith('() => {'), `${JSON.stringify(suffix)}: ${shown}`);
  }
});
