// 'Serve the Local Model Elsewhere…': asks for address, key and model or adapter, then writes the settings.
import { hostOf } from '../../llm/protocol/address.ts';
import { t, type UiText } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { ApiKey } from './api-key.ts';
import { askKey, askUrl, pickModel, storeKey } from './choose-model.ts';

export interface ChooseServedDeps {
  readonly servedKey: ApiKey;
  readonly configuration: Configuration;
}

const timeoutMs = 60_000;

/**
 * Whether a server was chosen.
 * @param url address of a server that is already known and needs no key; if absent, the user is asked
 */
export async function chooseServed({ servedKey, configuration }: ChooseServedDeps, url?: string): Promise<boolean> {
  const title = (step: UiText) => t('Serve the Local Model Elsewhere: {0}', step);
  const { servedUrl } = configuration.for(undefined);
  const baseUrl = url ?? (await askUrl(title(t('address')), servedUrl, t('Empty: use this machine.')));
  if (baseUrl === undefined) return false;
  if (baseUrl === '') {
    await configuration.write('servedUrl', '', undefined);
    return false;
  }
  const owner = { provider: 'served', host: hostOf(baseUrl) };
  const storedKey = await servedKey.of(owner);
  const stored = { label: storedKey === undefined ? t('Without a key') : t('With the stored key'), asksForKey: false };
  const deleted = { label: t('Without a key: delete the stored one'), asksForKey: false };
  const another = { label: t('Set a key…'), asksForKey: true };
  const choices = storedKey === undefined ? [stored, another] : [stored, another, deleted];
  // A server that was found has answered without a key.
  const keyChoice =
    url === undefined ? await window.showQuickPick(choices, { title: title(t('key')), ignoreFocusOut: true }) : stored;
  if (keyChoice === undefined) return false;
  if (keyChoice === deleted) await servedKey.forget(owner);
  const apiKey = keyChoice.asksForKey ? await askKey(owner) : keyChoice === stored ? (storedKey ?? '') : '';
  if (apiKey === undefined || (keyChoice.asksForKey && !(await storeKey(servedKey, apiKey, owner)))) return false;
  const settings = { provider: owner.provider, apiKey, baseUrl, model: '', timeoutMs };
  const model = await pickModel(title(t('model or adapter')), settings);
  if (model === undefined) return false;
  await configuration.write('servedModel', model, undefined);
  await configuration.write('servedUrl', baseUrl, undefined);
  return true;
}
