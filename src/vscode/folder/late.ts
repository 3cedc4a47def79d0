// Imports the secret rules on first use, because evaluating them would slow down activation.

export const importFiles = () => import('../../workspace/files/file.ts');
export const importSecrets = () => import('./folder-secrets.ts');
