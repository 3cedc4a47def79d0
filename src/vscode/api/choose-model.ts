// 'Choose the Large Model…': asks for provider, address, key and model, makes a test call, and then writes the
// settings.
import * as vscode from 'vscode';
import { messageOf, type Result } from '../../common/errors.ts';
import { apiHost, listModels, modelOf } from '../../llm/connect.ts';
import { checkBaseUrl } from '../../llm/protocol/guard.ts';
import type { LlmSettings } from '../../llm/protocol/models.ts';
import type { Provider } from '../../llm/protocol/wire.ts';
import { providerOf, providers } from '../../llm/providers/providers.ts';
import { withProgress } from '../editor/progress.ts';
import { joined, safeSentence, safeText, sentences, t, type UiText, withIcon } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { Api } from './api.ts';
import { type ApiKey, type KeyOwner, keyProblem } from './api-key.ts';
import { editorModels } from './editor-models.ts';
import { keyNeedInWords, priceInWords, termsOf, tryModel } from './try-model.ts';

export interface ChooseDeps {
  readonly api: Api;
  readonly key: ApiKey;
  readonly configuration: Configuration;
}

const timeoutMs = 60_000;
/** Timeout of the test call after a key was entered, ms. */
const keyTestTimeoutMs = 15_000;

/**
 * What was chosen: another model, or to enter a key for the one in use. Undefined if nothing is changed, or if the test
 * call failed: consent is then asked while typing, not after the error.
 */
export async function chooseModel(deps: ChooseDeps): Promise<'model' | 'key' | undefined> {
  const { api, key, configuration } = deps;
  const provider = await pickProvider(api);
  if (provider === undefined || provider === 'key') return provider;
  const baseUrl = await pickUrl(provider, api);
  if (baseUrl === undefined) return undefined;
  const address = { provider: provider.id, baseUrl };
  const owner = { provider: provider.id, host: apiHost(address) };
  let apiKey = (await key.of(owner)) ?? '';
  if (apiKey === '' && provider.key.need === 'required') apiKey = (await askKey(owner)) ?? '';
  if (apiKey === '' && provider.key.need === 'required') return undefined;
  const withoutModel = { ...address, apiKey, timeoutMs, model: '' };
  const model = await pickModel(t('Choose the Large Model (3 of 3): model'), withoutModel);
  if (model === undefined) return undefined;
  const settings: LlmSettings = { ...withoutModel, model };
  const confirmed = await confirmModel(settings, api);
  if (confirmed === undefined) return undefined;
  if (apiKey !== '' && !(await storeKey(key, apiKey, owner))) return undefined;
  await configuration.write('provider', provider.id, undefined);
  await configuration.write('baseUrl', baseUrl, undefined);
  await configuration.write('model', model === provider.defaultModel ? '' : model, undefined);
  await key.load();
  return confirmed === 'tested' ? 'model' : undefined;
}

/** 'key': only the key of the provider in use. */
async function pickProvider(api: Api): Promise<Provider | 'key' | undefined> {
  const rows = providers.map((provider) => ({
    label: safeText(provider.label),
    description: providerInWords(provider, provider.id === api.provider.id),
    detail: termsOf(provider.id),
    provider,
  }));
  const keyRow = {
    label: withIcon('key', t('Set API Key')),
    description: t('of the provider in the settings, {0}', api.host()),
    provider: 'key' as const,
  };
  const items = api.provider.key.need === 'none' ? rows : [keyRow, ...rows];
  const title = t('Choose the Large Model (1 of 3): provider');
  const placeHolder = t('A provider, your own server, or the models of this editor');
  return (await window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true }))?.provider;
}

/** Host, price of the usual model, and whether a key is needed; the terms have a line of their own. */
function providerInWords(provider: Provider, isCurrent: boolean): UiText {
  const host = provider.baseUrl && apiHost({ provider: provider.id }, {});
  const facts = provider.facts(provider.defaultModel, host);
  const price = facts.guessed && provider.defaultModel === '' ? t('price by model') : priceInWords(facts);
  const parts = [
    host && safeText(host),
    price,
    keyNeedInWords(provider),
    isCurrent ? t('in the settings') : '',
  ] as const;
  return joined(parts, ' · ');
}

/** Asks only for the address of a user's own server. '': the provider's own address; undefined: dismissed. */
async function pickUrl({ id, label, key, baseUrl }: Provider, api: Api): Promise<string | undefined> {
  if (key.need === 'none' || (key.need === 'required' && baseUrl !== ''))
    return api.address.provider === id ? api.address.baseUrl : '';
  const title = t('Choose the Large Model (2 of 3): address of {0}', label);
  const entered = await askUrl(title, (api.address.provider === id && api.address.baseUrl) || baseUrl);
  return entered === baseUrl ? '' : entered;
}

async function askUrl(title: UiText, value: string): Promise<string | undefined> {
  const entered = await window.showInputBox({
    title,
    prompt: t('Base URL: https, or http on this machine; most end with /v1.'),
    value,
    ignoreFocusOut: true,
    validateInput: (text) => {
      const { url, problem } = checkBaseUrl(text.trim());
      if (problem === 'credentials') return t('Leave user name and password out: the key is asked for next.');
      return url === undefined || problem ? t('Enter an https address, or http on this machine.') : undefined;
    },
  });
  return entered?.trim();
}

async function pickModel(title: UiText, settings: LlmSettings): Promise<string | undefined> {
  const provider = providerOf(settings.provider);
  const { defaultModel } = provider;
  const modelList = await window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Looking for models at {0}…', apiHost(settings)) },
    () => listModels(settings, new AbortController().signal, { editor: editorModels }),
  );
  if (!modelList.ok) {
    const notListed = t('{0} does not list its models. Enter a name.', apiHost(settings));
    void window.showWarningMessage(
      modelList.error.code === 'bad-request' ? notListed : safeSentence(modelList.error.message),
    );
  }
  const models = [
    ...new Set([...(defaultModel === '' ? [] : [defaultModel]), ...(modelList.ok ? modelList.value : [])]),
  ];
  const other = { label: withIcon('edit', t('Another…')), description: t('by its name'), model: '' };
  const rows = models.map((model) => ({
    label: safeText(model),
    description: joined(
      [
        model === defaultModel ? t('default') : '',
        priceInWords(provider.facts(model, apiHost(settings), settings.apiKey !== '')),
      ],
      ' · ',
    ),
    model,
  }));
  const picked = await window.showQuickPick([...rows, other], { title, ignoreFocusOut: true });
  if (picked?.model !== '') return picked?.model;
  return (
    await window.showInputBox({ title, prompt: t('Name of the model on the server'), ignoreFocusOut: true })
  )?.trim();
}

/** Makes a test call, and asks whether to use the model. Undefined: keep the current one. */
async function confirmModel(settings: LlmSettings, api: Api): Promise<'tested' | 'untested' | undefined> {
  const result = await testCall(settings, api);
  if (result === undefined) return undefined;
  const keep = t('Keep the Current Model');
  if (result.ok) {
    const use = t('Use This Model');
    return (await window.showInformationMessage(result.value, use, keep)) === use ? 'tested' : undefined;
  }
  const useAnyway = t('Use It Anyway');
  const answer = await window.showErrorMessage(safeSentence(result.error.message), useAnyway, keep);
  return answer === useAnyway ? 'untested' : undefined;
}

/** Makes a test call and describes the result; undefined if cancelled. */
async function testCall(settings: LlmSettings, api: Api): Promise<Result<UiText> | undefined> {
  return withProgress(t('Testing {0}…', modelOf(settings)), (signal) =>
    tryModel(api.connect(settings), settings, signal).catch(() => undefined),
  );
}

async function askKey({ provider, host }: KeyOwner): Promise<string | undefined> {
  const { createdAt, example } = providerOf(provider).key;
  const problems = {
    empty: t('Paste the key, or press Escape to stay local.'),
    spaces: t('A key contains no spaces.'),
    characters: t('A key contains only ASCII letters, digits and symbols.'),
    short: t('This is too short for a key.'),
  };
  const storage = t('The key is stored in the secret storage of this editor, never in settings or logs.');
  return window.showInputBox({
    title: t('API key for {0}', host),
    prompt: sentences(storage, createdAt === '' ? '' : t('Create a key at {0}.', createdAt)),
    placeHolder: safeText(example),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => {
      const problem = keyProblem(text);
      return problem === undefined ? undefined : problems[problem];
    },
  });
}

/**
 * Asks for a key, stores it and tests it. Returns a description of the result; undefined if there is nothing to add.
 */
export async function setApiKey({ api, key }: ChooseDeps): Promise<UiText | undefined> {
  await api.load();
  const owner = api.owner;
  const entered = await askKey(owner);
  if (entered === undefined || !(await storeKey(key, entered, owner))) return undefined;
  const settings = api.settings();
  const isSet = t('The key is set.');
  // Without a model the key cannot be tested.
  if (settings === undefined || modelOf(settings) === '' || api.provider.onlyOnUserAction) return isSet;
  const result = await testCall({ ...settings, timeoutMs: keyTestTimeoutMs }, api);
  if (result === undefined) return isSet;
  if (result.ok) return sentences(t('The key works.'), result.value);
  const problem = safeSentence(result.error.message);
  void window.showErrorMessage(result.error.code === 'bad-key' ? problem : sentences(isSet, problem));
  return undefined;
}

async function storeKey(key: ApiKey, entered: string, owner: KeyOwner): Promise<boolean> {
  try {
    await key.set(entered, owner);
    return true;
  } catch (error) {
    void window.showErrorMessage(t('The key could not be stored: {0}', messageOf(error)));
    return false;
  }
}
