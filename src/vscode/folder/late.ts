// Code that takes long to evaluate (the rules that find secrets) comes in when it is first needed, not at activation.

export const lateFiles = () => import('../../workspace/files/file.ts');
export const lateSecrets = () => import('./folder-secrets.ts');
