// Every reason for which nothing is shown, and what the user is told who asked by hand.

const NO_CONTINUATION = 'No suggestion: the models found no continuation. Type a word and ask again.';

/** Reason → sentence; '' where another request follows at once. */
export const EXITS = {
  // In the editor, before a suggestion is asked for.
  'no document': 'No suggestion: extensions see no text document here. Click into one of at most 50 MB.',
  'the editor asks for none':
    'No suggestion: the editor asks for none here. Its setting "editor.inlineSuggest.enabled" may be off.',
  'not a document': 'No suggestion: this is output or an old version of a file. Click into a document that you edit.',
  'switched off': 'No suggestion: {0}. "Enable or Disable Here…" changes it.',
  'the list has another text':
    'No suggestion: the selected entry of the list does not continue the text. Esc closes the list.',
  excluded: 'No suggestion: this file is ignored, excluded or a file for secrets. The setting "exclude" names such.',
  // In the life of a suggestion.
  'a next edit is offered here': 'No suggestion: a next edit is offered in this line. Tab takes it, Esc dismisses it.',
  'comments are switched off': 'No suggestion: comments are switched off. "Enable or Disable Here…" changes it.',
  'strings are switched off': 'No suggestion: strings are switched off. "Enable or Disable Here…" changes it.',
  'within a word': NO_CONTINUATION,
  'the list is open': NO_CONTINUATION,
  'nothing to show': NO_CONTINUATION,
  'too late': 'No suggestion: the large model took too long. Ask again.',
  'the folder has changed': 'No suggestion: files or settings of this folder have changed meanwhile. Ask again.',
  failed: 'No suggestion: an error, which the log names. Ask again.',
  'a newer request came': '',
  'cancelled by the editor': '',
  disposed: '',
} as const satisfies Readonly<Record<string, string>>;

export type Exit = keyof typeof EXITS;
