// Exports and imports adaptations as files, and offers the file that a folder contains. A job reads and writes the files.
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { type Provenance, TEAM_FILE } from '../../adaptation/exchange/export-import.ts';
import { DisposableStore } from '../../common/disposable.ts';
import type { Failure } from '../../common/errors.ts';
import { thousands } from '../../common/format.ts';
import type { Log } from '../../common/log.ts';
import type { JobClient } from '../../jobs/client.ts';
import type { Neural } from '../bases/window-engine.ts';
import { type FolderRef, folderRef } from '../editor/folder-ref.ts';
import { specialistFolder } from '../editor/paths.ts';
import { safeSentence, sentences, t, type UiText } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Folders } from '../folder/folders.ts';

export interface ExchangeDeps {
  readonly jobs: JobClient;
  readonly neural: Neural;
  readonly folders: Folders;
  readonly log: Log;
  /** The extension's global storage folder, and its version. */
  readonly storage: string;
  readonly version: string;
  /** The user's answers to earlier offers. */
  readonly answered: vscode.Memento;
}

const filters = { Safetensors: ['safetensors'] };

export class AdaptationExchange extends DisposableStore {
  private readonly deps: ExchangeDeps;

  constructor(deps: ExchangeDeps) {
    super();
    this.deps = deps;
    const offerAll = () => {
      for (const folder of vscode.workspace.workspaceFolders ?? []) void this.offer(folderRef(folder));
    };
    this.add(vscode.workspace.onDidChangeWorkspaceFolders(offerAll));
    this.add(vscode.workspace.onDidGrantWorkspaceTrust(offerAll));
    offerAll();
  }

  /** @param root the adapted folder */
  async export(root: string): Promise<void> {
    const { jobs, storage, version } = this.deps;
    const name = `${basename(root).replace(/[^\w.-]+/g, '-')}-adaptation.safetensors`;
    const uri = await window.showSaveDialog({
      title: t('Export the adaptation of {0}', basename(root)),
      defaultUri: vscode.Uri.file(join(root, name)),
      filters,
    });
    if (uri?.scheme !== 'file') return;
    const request = {
      root,
      specialistFolder: specialistFolder(storage, root),
      storeFolder: storage,
      target: uri.fsPath,
      version,
    };
    const exported = await jobs.job('export', request, new AbortController().signal);
    if (!exported.ok) return showFailure(exported.error);
    const { path, bytes } = exported.value;
    void window.showInformationMessage(
      t(
        'Exported {0} ({1} MB). It was trained on the folder and its report quotes some lines, so share it only with people who may read the folder. Save it as {2} in the folder to offer it to everyone who opens it.',
        path,
        (bytes / 1e6).toFixed(1),
        TEAM_FILE,
      ),
    );
  }

  /** Imports a file that the user picks. */
  async import(folder: FolderRef): Promise<void> {
    const [uri] =
      (await window.showOpenDialog({ title: t('Import an adaptation into {0}', folder.name), filters })) ?? [];
    if (uri?.scheme !== 'file') return;
    const provenance = await this.readProvenance(folder, uri.fsPath);
    if (!provenance) return;
    if (!provenance.ok) return showFailure(provenance.error);
    const use = t('Use It Here');
    const answer = await window.showInformationMessage(
      t('Use this adaptation in {0}?', folder.name),
      { modal: true, detail: sentences(describe(provenance.value), t('It replaces the adaptation in use.')) },
      use,
    );
    if (answer === use) await this.use(folder, uri.fsPath);
  }

  /** Offers a folder's adaptation file once; nothing is loaded before the user agrees. */
  private async offer(folder: FolderRef): Promise<void> {
    const { answered, log, neural } = this.deps;
    if (
      !vscode.workspace.isTrusted ||
      folder.uri === undefined ||
      folder.root === undefined ||
      neural.absence !== undefined
    )
      return;
    const uri = vscode.Uri.joinPath(folder.uri, ...TEAM_FILE.split('/'));
    const stat = await vscode.workspace.fs.stat(uri).then(
      (found) => found,
      () => undefined,
    );
    const key = `teamAdaptation:${folder.key}`;
    const version = `${stat?.mtime} ${stat?.size}`;
    if (!stat || this.isDisposed || answered.get(key) === version) return;
    const provenance = await this.readProvenance(folder, undefined);
    if (!provenance || this.isDisposed) return;
    if (!provenance.ok) {
      log.warn(`${TEAM_FILE} of ${folder.name} is not used: ${provenance.error.message}`);
      return;
    }
    const [use, never] = [t('Use It'), t('Do Not Use It')];
    const answer = await window.showInformationMessage(
      sentences(t('The folder {0} contains an adaptation. Use it?', folder.name), describe(provenance.value)),
      use,
      never,
    );
    if (answer === undefined) return;
    await answered.update(key, version);
    if (answer === use) await this.use(folder, undefined);
  }

  private async readProvenance(folder: FolderRef, from: string | undefined) {
    const request = this.request(folder, from);
    return request && this.deps.jobs.job('look', request, new AbortController().signal);
  }

  private async use(folder: FolderRef, from: string | undefined): Promise<void> {
    const { folders, jobs } = this.deps;
    const request = this.request(folder, from);
    if (!request) return;
    const imported = await jobs.job('import', request, new AbortController().signal);
    if (!imported.ok) return showFailure(imported.error);
    await folders.restart(folder);
    const { requiredBase: otherBase } = imported.value;
    void window.showInformationMessage(
      otherBase === undefined
        ? t('The adaptation is in use in {0}.', folder.name)
        : t("The adaptation of {0} is stored. It is used when '{1}' is the base model.", folder.name, otherBase),
    );
  }

  /** The request of a job. Undefined, after a message to the user, if there is no neural model. */
  private request({ root }: FolderRef, from: string | undefined) {
    const { neural, storage } = this.deps;
    if (root === undefined) return undefined;
    if (neural.absence !== undefined) {
      void window.showInformationMessage(
        t(
          'An adaptation needs the neural model, which is off or missing in this window. Check easyAdaptation.neural in the settings.',
        ),
      );
      return undefined;
    }
    const { base, tokenizer: tokenizerPath } = neural.shipped;
    const folders = { specialistFolder: specialistFolder(storage, root), storeFolder: storage };
    return { root, from, ...folders, base, tokenizerPath, who: 'the editor' };
  }
}

function showFailure({ message }: Failure): void {
  void window.showErrorMessage(safeSentence(message));
}

function describe({ folder, base, files, finishedAt }: Provenance): UiText {
  const date = new Date(finishedAt).toLocaleDateString(vscode.env.language, { dateStyle: 'medium' });
  return t("It was trained on {0} ({1} files) from the base model '{2}' on {3}.", folder, thousands(files), base, date);
}
