// Common words of code, settings and messages. A value of only such words is a name or a text, not a password.

import wordList from './common-words.json' with { type: 'json' };

/** Words in at least nine of 23 packages of npm and PyPI, and words about signing in. Lower case. */
const words: ReadonlySet<string> = new Set(wordList.flatMap((line) => line.split(' ')));

export function isWord(lower: string): boolean {
  return words.has(lower);
}

/** Whether the letters are joined words, as in `textbox` and `usernamefield`. */
export function isWords(lower: string): boolean {
  // isSplitAt[i]: the first i letters consist of words.
  const isSplitAt = [true];
  for (let end = 1; end <= lower.length; end++)
    for (let start = Math.max(0, end - 16); start <= end - 3; start++)
      if (isSplitAt[start] && words.has(lower.slice(start, end))) {
        isSplitAt[end] = true;
        break;
      }
  return isSplitAt[lower.length] === true;
}
