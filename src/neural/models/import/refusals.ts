// Why a file of somebody else's model cannot be used, with advice.
import { CodedError } from '../../../common/errors.ts';

/** Advice for a file that cannot be used. */
export const ADVICE = 'Choose another file, or download it again.';

export const corrupt = (what: string, cause?: unknown) =>
  new CodedError('corrupt', `The model cannot be used: ${what}. ${ADVICE}`, { cause });
export const unsupported = (what: string, advice = 'Choose another one.') =>
  new CodedError('unsupported', `The model cannot be used: ${what}. ${advice}`);

/** Advice for a file that only our tokenizer cannot read. */
export const SERVE_IT =
  "Choose another one, or run it in llama.cpp's server and choose that with 'Easy Adaptation: Choose the Large Model…'.";

/** For models with a SentencePiece tokenizer ('llama' in a GGUF): CodeLlama, CodeGemma, Mistral. */
export const KNOWN_KIND =
  "byte-pair encodings over bytes are read ('gpt2' in a GGUF), which Qwen2.5-Coder, StarCoder2, DeepSeek-Coder, Granite, Llama 3 and SmolLM2 have, and not SentencePiece's";
