// A small made-up project and the helpers that the specialist's tests share.

import type { CompletionQuery, Draft, DraftOptions } from '../../../src/common/completion.ts';
import { NgramModel, type TextFile } from '../../../src/specialist/ngram/model.ts';
import type { Tokenizer } from '../../../src/text/tokenizer/bpe.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';
import { trainTokenizer } from '../../text/tokenizer/fixture.ts';

const entities = ['user', 'order', 'invoice', 'product', 'session', 'payment', 'ticket', 'message'];

/** Files that look alike, as those of one project do. */
export const projectFiles: readonly TextFile[] = entities.map((name) => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const text = [
    `import { Database } from '../database';`,
    `import type { ${type} } from '../types/${name}';`,
    '',
    `export class ${type}Repository {`,
    '  constructor(private readonly database: Database) {}',
    '',
    `  async find(id: string): Promise<${type} | undefined> {`,
    `    const rows = await this.database.query('select * from ${name}s where id = ?', [id]);`,
    '    if (rows.length === 0) {',
    '      return undefined;',
    '    }',
    `    return rows[0] as ${type};`,
    '  }',
    '',
    '  async remove(id: string): Promise<void> {',
    `    await this.database.execute('delete from ${name}s where id = ?', [id]);`,
    '  }',
    '}',
    '',
  ].join('\n');
  return { path: `src/repositories/${name}.ts`, text };
});

export function fixtureTokenizer(): Tokenizer {
  const loaded = loadTokenizer(trainTokenizer(projectFiles.map((file) => file.text).join('\n'), 600));
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.value;
}

export const tokenizer = fixtureTokenizer();
export const line: DraftOptions = { multiline: false, maxTokens: 48 };

/** @param text with '¦' at the cursor */
export function at(text: string, path = 'src/repositories/new.ts'): CompletionQuery {
  const cursor = text.indexOf('¦');
  return { path, languageId: 'typescript', prefix: text.slice(0, cursor), suffix: text.slice(cursor + 1) };
}

export function complete(model: NgramModel, text: string, options = line, path?: string): Draft {
  return model.complete(at(text, path), options);
}

export function build(files: readonly TextFile[] = projectFiles): NgramModel {
  return NgramModel.build(files, tokenizer);
}
