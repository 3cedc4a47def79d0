// What begins and what closes a block, where no grammar says it: a row per family of languages, and one per language
// that differs.
import { type LanguageFamily, languageOf } from '../languages.ts';

export interface BlockRules {
  /** The cursor's line, if a block follows it. */
  readonly opener: RegExp;
  /** The same of a finished line above an empty one. Absent: as `opener`. */
  readonly openerAbove?: RegExp;
  /** Words that close a block at a line's beginning. Brackets and tags close blocks in every language. */
  readonly closingWords?: RegExp;
  /** Lines of a body that may have the indent of its opener: labels of a switch or a class, items of a list. */
  readonly label?: RegExp;
  /** Openers whose whole body may have their indent. */
  readonly flatOpener?: RegExp;
}

const FAMILIES: Readonly<Record<Exclude<LanguageFamily, 'prose'>, BlockRules>> = {
  bracket: {
    opener: /(?:[{([]|=>|\bthen|\bdo)\s*$/,
    label: /^\s*(?:case\b|default\b|(?:public|private|protected)[\w ]*:)/,
  },
  indent: {
    opener: /(?:[:{([]|=>|\b(?:do|then|begin|repeat|else)(?:\s*\|[^|]*\|)?)\s*$/,
    openerAbove:
      /(?:^\s*(?:def|class|module|function|local function|if|elif|elsif|else|unless|while|until|for|case|begin|try|except|finally|with|match|async def|async for|async with)\b.*[:)\]\w]|[:{([]|=>|\b(?:do|then|begin|repeat)(?:\s*\|[^|]*\|)?)\s*$/,
  },
  markup: { opener: /(?:<[a-zA-Z][\w:.-]*(?:\s[^<>]*)?(?<!\/)>|[{([]|=>|\bthen|\bdo)\s*$/ },
  // 'key: ' waits for a value on its line, 'key:' for a block below it.
  data: { opener: /[{[]\s*$|:$/, label: /^\s*- / },
};

type Row = Partial<BlockRules>;

const END: Row = { closingWords: /end/ };
const END_OR_DONE: Row = { closingWords: /end|done/ };
/** Also of scripts inside other files. */
const SHELL: Row = { closingWords: /fi|done|esac/ };
/** Other languages indent the body of a namespace. */
const CPP: Row = { flatOpener: /^\s*(?:inline\s+)?namespace\b/ };

const LANGUAGES: Readonly<Record<string, Row>> = {
  abap: { closingWords: /end(?:at|case|class|do|form|function|if|interface|loop|method|module|select|try|while)/i },
  ada: { closingWords: /end/i },
  cmake: { closingWords: /end(?:block|foreach|function|if|macro|while)/i },
  cpp: CPP,
  crystal: END,
  'cuda-cpp': CPP,
  dockercompose: SHELL,
  dockerfile: SHELL,
  elixir: END,
  erlang: END,
  fortran: {
    closingWords: /end(?:associate|do|function|if|interface|module|program|select|subroutine|type|where)?/i,
  },
  fsharp: END_OR_DONE,
  julia: END,
  lua: { closingWords: /end|until/ },
  makefile: { closingWords: /endef|endif|fi|done|esac/ },
  matlab: END,
  'objective-cpp': CPP,
  ocaml: END_OR_DONE,
  pascal: { closingWords: /end|until/i },
  php: { closingWords: /end(?:declare|for|foreach|if|switch|while)/ },
  ruby: END,
  // `end` is fish's.
  shellscript: { closingWords: /fi|done|esac|end/ },
  sql: { closingWords: /end/i },
  systemverilog: {
    closingWords: /end(?:case|class|clocking|function|generate|group|interface|module|package|primitive|program|task)?/,
  },
  vb: { closingWords: /end|next|loop|wend/i },
  vhdl: { closingWords: /end/i },
  viml: { closingWords: /end(?:for|function|if|try|while)?/ },
  yaml: SHELL,
};

const known = new Map(Object.entries(LANGUAGES).map(([id, row]) => [id, withWholeWords(row)]));

/** A name, a key or an assignment would go on behind the word: `end_date`, `end: 2`, `done=1`. */
function withWholeWords({ closingWords, ...row }: Row): Row {
  if (closingWords === undefined) return row;
  return { ...row, closingWords: new RegExp(`^(?:${closingWords.source})(?![\\w:=-])`, closingWords.flags) };
}

/** The rules of a language; undefined for prose, which has paragraphs instead of blocks. */
export function blockRules(languageId: string): BlockRules | undefined {
  const { family } = languageOf(languageId);
  return family === 'prose' ? undefined : { ...FAMILIES[family], ...known.get(languageId) };
}

/**
 * Openers of a block that the specialist drafts, in every language. Simpler than `opener`, because the drafted lines
 * show by their indents where the block ends.
 */
export const DRAFTED_OPENERS = {
  firstLine: /[([{:]$|=>$/,
  /** A line with a closer that opens another branch: `} else {`. */
  closingLine: /[([{:]$/,
};

/** Words that begin the next branch of a statement, and so end the branch before. */
export const NEXT_BRANCH = /^\s*(?:else|elif|elsif|elseif|except|catch|finally|rescue|ensure)\b/;

/**
 * Openers of the bodies that are drawn as training samples and measured positions, the same for all languages. They are
 * wider than `opener`, and fixed: another pattern would draw other positions, for which recorded answers do not count.
 */
export const SAMPLED_OPENERS = {
  code: /(?:[{([]|=>|->|:|\b(?:do|then|else|begin|try|repeat))\s*$/,
  /** Headings of Markdown, AsciiDoc, Org, Typst and LaTeX. */
  prose: /^(?:#{1,6}\s+\S|={1,6}\s+\S|\*{1,6}\s+\S|\\(?:sub)*section\b)/,
  /** The line below a title in reStructuredText and in Markdown's older form. */
  underline: /^(?:={3,}|-{3,}|~{3,}|\^{3,})\s*$/,
};
