// The words that close blocks, one row per language. Brackets and closing tags close blocks in every language.

/** A language without a row has no closing words. The patterns match at a line's first word. */
export const CLOSING_WORDS: Readonly<Record<string, RegExp>> = {
  abap: /end(?:at|case|class|do|form|function|if|interface|loop|method|module|select|try|while)/i,
  ada: /end/i,
  cmake: /end(?:block|foreach|function|if|macro|while)/i,
  crystal: /end/,
  // Scripts stand in these files.
  dockercompose: /fi|done|esac/,
  dockerfile: /fi|done|esac/,
  elixir: /end/,
  erlang: /end/,
  fortran: /end(?:associate|do|function|if|interface|module|program|select|subroutine|type|where)?/i,
  fsharp: /end|done/,
  julia: /end/,
  lua: /end|until/,
  makefile: /endef|endif|fi|done|esac/,
  matlab: /end/,
  ocaml: /end|done/,
  pascal: /end|until/i,
  php: /end(?:declare|for|foreach|if|switch|while)/,
  ruby: /end/,
  // `end` is fish's.
  shellscript: /fi|done|esac|end/,
  sql: /end/i,
  systemverilog: /end(?:case|class|clocking|function|generate|group|interface|module|package|primitive|program|task)?/,
  vb: /end|next|loop|wend/i,
  vhdl: /end/i,
  viml: /end(?:for|function|if|try|while)?/,
  yaml: /fi|done|esac/,
};
