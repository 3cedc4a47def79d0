// Writes the export of the test's small model into a folder, for make.py: node test/golden/export/make.ts FOLDER
import { join } from 'node:path';
import { unwrap } from '../../../src/common/errors.ts';
import { exportModel } from '../../../src/neural/models/export/export.ts';
import { writeExported } from '../../neural/models/export-models.ts';

const [folder] = process.argv.slice(2) as [string];
unwrap(exportModel({ ...writeExported(folder), into: join(folder, 'export') }));
