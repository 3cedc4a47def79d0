// Next edits: the keys that go to one, apply it, and dismiss it; the line that they share with ghost text.
import type { DisposableStore } from '../../common/disposable.ts';
import { editPrompt } from '../../edits/large-model/prompt.ts';
import { requestWriter } from '../../llm/connect.ts';
import type { Api } from '../api/api.ts';
import type { GhostTextProvider, LastSuggestion, LineOwner } from '../completion/provider.ts';
import type { Surface } from '../editor/surface.ts';
import { t } from '../editor/ui-text.ts';
import type { ContextKeys } from '../panel/context-keys.ts';
import { EditOffers, type EditOffersDeps } from './edit-offers.ts';

type MadeHere = 'isSuggested' | 'onOffered' | 'showLines' | 'onLineTaken' | 'onTabAction';

export interface NextEditsSurfaceDeps extends Omit<EditOffersDeps, MadeHere> {
  readonly api: Pick<Api, 'address'>;
  readonly contextKeys: ContextKeys;
  readonly lastSuggestion: LastSuggestion;
  readonly ghostText: () => GhostTextProvider;
}

/** The surface, and what it shares with ghost text: without next edits that is `noLineOwner`. */
export function nextEdits(deps: NextEditsSurfaceDeps, owned: DisposableStore): { surface: Surface; line: LineOwner } {
  const { api, contextKeys, folders, ghostText, lastSuggestion } = deps;
  const offers = owned.add(
    new EditOffers({
      ...deps,
      isSuggested: (document, text) => lastSuggestion.contains(document, text),
      onOffered: (isOffered) => contextKeys.set('editOffered', isOffered),
      showLines: (editor) => void ghostText().request(editor),
      onLineTaken: (document) => void ghostText().giveWay(document),
      onTabAction: (action) => contextKeys.set('nextEdit', action),
    }),
  );
  const surface: Surface = {
    commands: {
      goToNextEdit: () => offers.goTo(),
      applyNextEdit: () => offers.apply(),
      applyEditsInFile: () => offers.applyInFile(),
      applyAllEdits: () => offers.applyAll(),
      dismissNextEdit: () => offers.dismiss(),
      resumeNextEdits: () => offers.resume(),
    },
    sends: {
      title: t('Request to the large model for the edit that follows'),
      nothing: t('You have edited nothing here that it would follow from.'),
      body: async (folder) => {
        const asked = offers.askedPlace();
        if (asked?.folder.key !== folder.key) return undefined;
        const send = await requestWriter(api.address, editPrompt);
        return send(await folders.of(folder).service.following.requestFor(asked.place));
      },
    },
    begin: () => offers.start(),
  };
  return { surface, line: offers };
}
