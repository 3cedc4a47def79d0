// A test call with a fixed text, so that nothing of a folder is sent: latency, cost, and whether the answer was right.
import type { Result } from '../../common/errors.ts';
import { apiHost, modelOf } from '../../llm/connect.ts';
import type { LlmAnswer, LlmClient, LlmSettings, ModelFacts } from '../../llm/protocol/models.ts';
import type { Provider } from '../../llm/protocol/wire.ts';
import { providerOf } from '../../llm/providers/providers.ts';
import { completionPrompt } from '../../prompts/completion/completion-prompt.ts';
import type { LlmRequest } from '../../prompts/completion/llm-request.ts';
import { safeSentence, sentences, t, type UiText } from '../editor/ui-text.ts';

const question: LlmRequest = {
  query: {
    path: 'src/numbers.ts',
    languageId: 'typescript',
    prefix: '/** The sum of two numbers. */\nexport function add(first: number, second: number): number {\n  return ',
    suffix: '\n}\n',
  },
  snippets: [],
  drafts: [],
  multiline: false,
};
const rightAnswer = /^\(?(first \+ second|second \+ first)\)?;?$/;

/** Describes the result for the user. */
export async function tryModel(llm: LlmClient, settings: LlmSettings, signal: AbortSignal): Promise<Result<UiText>> {
  const answer = await llm.ask(completionPrompt(question, llm.facts), signal);
  return answer.ok ? { ok: true, value: describeAnswer(answer.value, llm, settings) } : answer;
}

function describeAnswer(answer: LlmAnswer, { facts }: LlmClient, settings: LlmSettings): UiText {
  const { text, costUsd, firstTokenMs, latencyMs } = answer;
  const price = facts.guessed
    ? t('Its price is unknown, so it is counted at the highest known price.')
    : costUsd === 0
      ? t('It costs nothing.')
      : t('It cost {0}.', `$${costUsd.toFixed(6)}`);
  const verdict = rightAnswer.test(text.trim())
    ? t('The answer was right.')
    : t('The answer was wrong ("{0}"): this model may not be suitable.', text.trim().slice(0, 60));
  const time = t(
    '{0} at {1} answered in {2} ms, the first token after {3} ms.',
    modelOf(settings),
    apiHost(settings),
    Math.round(latencyMs),
    Math.round(firstTokenMs),
  );
  return sentences(time, price, verdict, termsOf(settings.provider));
}

/** The price of calls before they are made. */
export function costInWords(usd: number): UiText {
  const digits = usd < 0.01 ? 4 : usd < 0.1 ? 3 : 2;
  return usd === 0 ? t('It costs nothing.') : t('It costs about {0}.', `$${usd.toFixed(digits)}`);
}

/** The price of a model's tokens, without the prompt cache. */
export function priceInWords({ guessed, input, output }: ModelFacts): UiText {
  if (guessed) return t('price unknown');
  if (input === 0 && output === 0) return t('no price per token');
  return t('{0} in, {1} out per million tokens', `$${input}`, `$${output}`);
}

/** Whether the provider needs an API key. */
export function keyNeedInWords({ key }: Pick<Provider, 'key'>): UiText {
  if (key.need === 'required') return t('needs a key');
  return key.need === 'none' ? t('no key') : t('key only if your server asks for one');
}

/** Whether the provider's terms allow training on its answers. */
export function termsOf(provider: string | undefined): UiText {
  const { terms, label } = providerOf(provider);
  const source = t('({0}, read {1})', terms.page, terms.readOn);
  if (terms.training === 'restricted')
    return sentences(t('Terms of {0}:', label), safeSentence(terms.restriction ?? ''), source);
  if (terms.training === 'allowed') return t('{0} allows training on its answers {1}.', label, source);
  if (terms.training === 'by model')
    return t('The licence of the model that {0} serves says whether its answers may be used for training.', label);
  return t(
    'It is unknown whether {0} allows training on its answers ({1}, checked {2}).',
    label,
    terms.page,
    terms.readOn,
  );
}
