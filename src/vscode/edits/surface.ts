// Next edits: the keys that go to one, apply it, and dismiss it.
import type { Surface } from '../editor/surface.ts';
import type { EditOffers } from './edit-offers.ts';

export function nextEdits(offers: EditOffers): Surface {
  return {
    commands: {
      goToNextEdit: () => offers.goTo(),
      applyNextEdit: () => offers.apply(),
      applyAllEdits: () => offers.applyAll(),
      dismissNextEdit: () => offers.dismiss(),
      resumeNextEdits: () => offers.resume(),
    },
    begin: () => offers.start(),
  };
}
