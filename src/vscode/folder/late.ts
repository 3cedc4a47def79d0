// Lazy import of the secret rules, which take too long to evaluate at activation.

export const lateFiles = () => import('../../workspace/files/file.ts');
export const lateSecrets = () => import('./folder-secrets.ts');
