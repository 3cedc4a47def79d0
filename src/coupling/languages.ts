// What the coupling and the completion service know about languages without a parser: a family, a comment mark, quotes.

/** How blocks are written: by brackets, by indent, by tags, as data, or not at all. */
export type LanguageFamily = 'bracket' | 'indent' | 'markup' | 'data' | 'prose';

export interface LanguageFacts {
  readonly family: LanguageFamily;
  /** Marks that begin a comment which runs to the line's end. */
  readonly lineComments: readonly string[];
  /** Characters that open and close a string on one line. */
  readonly quotes: string;
}

const C_LIKE: LanguageFacts = { family: 'bracket', lineComments: ['//'], quotes: `"'\`` };
const C_DOUBLE: LanguageFacts = { family: 'bracket', lineComments: ['//'], quotes: '"' };
const HASH_BRACKET: LanguageFacts = { family: 'bracket', lineComments: ['#'], quotes: `"'` };
const HASH_INDENT: LanguageFacts = { family: 'indent', lineComments: ['#'], quotes: `"'` };
const MARKUP: LanguageFacts = { family: 'markup', lineComments: [], quotes: `"'` };
const PROSE: LanguageFacts = { family: 'prose', lineComments: [], quotes: '' };

/** VS Code language ids whose facts differ from a language like C; every other id gets those. */
const LANGUAGES: Readonly<Record<string, LanguageFacts>> = {
  // An apostrophe is a lifetime in Rust, a digit separator in C++, a symbol in Lisps: no quote there.
  rust: C_DOUBLE,
  cpp: C_DOUBLE,
  clojure: { family: 'bracket', lineComments: [';'], quotes: '"' },
  php: { family: 'bracket', lineComments: ['//', '#'], quotes: `"'` },
  perl: HASH_BRACKET,
  r: HASH_BRACKET,
  terraform: HASH_BRACKET,
  powershell: HASH_BRACKET,
  sql: { family: 'bracket', lineComments: ['--'], quotes: `"'` },
  python: HASH_INDENT,
  // Blocks close with a word ('end', 'fi'), which the indent shows as well as a bracket would.
  ruby: HASH_INDENT,
  shellscript: HASH_INDENT,
  makefile: HASH_INDENT,
  elixir: HASH_INDENT,
  julia: { family: 'indent', lineComments: ['#'], quotes: '"' },
  coffeescript: HASH_INDENT,
  nim: HASH_INDENT,
  gdscript: HASH_INDENT,
  lua: { family: 'indent', lineComments: ['--'], quotes: `"'` },
  haskell: { family: 'indent', lineComments: ['--'], quotes: '"' },
  fsharp: { family: 'indent', lineComments: ['//'], quotes: '"' },
  html: MARKUP,
  xml: MARKUP,
  vue: MARKUP,
  svelte: MARKUP,
  json: { family: 'data', lineComments: [], quotes: '"' },
  jsonc: { family: 'data', lineComments: ['//'], quotes: '"' },
  yaml: { family: 'data', lineComments: ['#'], quotes: `"'` },
  dockercompose: { family: 'data', lineComments: ['#'], quotes: `"'` },
  toml: { family: 'data', lineComments: ['#'], quotes: `"'` },
  ini: { family: 'data', lineComments: ['#', ';'], quotes: '"' },
  properties: { family: 'data', lineComments: ['#'], quotes: '' },
  csv: { family: 'data', lineComments: [], quotes: '"' },
  markdown: PROSE,
  plaintext: PROSE,
  latex: { family: 'prose', lineComments: ['%'], quotes: '' },
  tex: { family: 'prose', lineComments: ['%'], quotes: '' },
  restructuredtext: PROSE,
  asciidoc: PROSE,
  'git-commit': { family: 'prose', lineComments: ['#'], quotes: '' },
  'scm-input': PROSE,
};

export function languageFacts(languageId: string): LanguageFacts {
  return Object.hasOwn(LANGUAGES, languageId) ? (LANGUAGES[languageId] as LanguageFacts) : C_LIKE;
}

/**
 * Whether a cursor after `lineBefore` stands in a comment or a string, judged by that line alone: a block comment's
 * inner lines are recognised by their leading asterisk, a string over several lines is not recognised.
 */
export function lineState(languageId: string, lineBefore: string): 'code' | 'comment' | 'string' {
  const { lineComments, quotes, family } = languageFacts(languageId);
  const trimmed = lineBefore.trimStart();
  if (family === 'bracket' && lineComments.includes('//') && /^(\/\*|\*(\s|\/|$))/.test(trimmed)) {
    return trimmed.includes('*/') ? 'code' : 'comment';
  }
  let quote = '';
  for (let i = 0; i < lineBefore.length; i++) {
    const character = lineBefore[i] as string;
    if (quote !== '') {
      if (character === '\\') i++;
      else if (character === quote) quote = '';
    } else if (quotes.includes(character)) {
      quote = character;
    } else if (lineComments.some((mark) => lineBefore.startsWith(mark, i))) {
      // '#' inside a word ('a#b', '${x#y}') begins no comment; '//' always does.
      if (lineComments.includes('//') || i === 0 || /\s/.test(lineBefore[i - 1] as string)) return 'comment';
    }
  }
  return quote === '' ? 'code' : 'string';
}
