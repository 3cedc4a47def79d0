// Writes the exports of the test's small models into a folder, for make.py: node test/golden/export/make.ts FOLDER
import { join } from 'node:path';
import { exportModel } from '../../../src/neural/models/export/export.ts';
import { EXPORTED, writeExported } from '../../neural/models/export-models.ts';

const [folder] = process.argv.slice(2) as [string];
for (const name of Object.keys(EXPORTED)) {
  const done = exportModel({ ...writeExported(folder, name), into: join(folder, name) });
  if (!done.ok) throw new Error(done.error.message);
}
