// Texts that the large model writes: commit messages and comments.
import type { Surface } from '../editor/surface.ts';
import { type WriteTextsDeps, writeComment, writeCommitMessage } from './write-texts.ts';

export function writing(deps: WriteTextsDeps): Surface {
  return {
    commands: {
      generateCommitMessage: (source?: unknown) => writeCommitMessage(deps, source),
      writeDocComment: () => writeComment(deps),
    },
  };
}
