// Imports the secret rules and what needs them on first use, because evaluating them would slow down activation.

export const importFiles = () => import('../../workspace/files/file.ts');
export const importKnownModule = () => import('../../workspace/files/known-module.ts');
export const importSecrets = () => import('./folder-secrets.ts');
export const importJournal = () => import('../../edits/history/journal.ts');
