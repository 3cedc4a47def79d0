// Code that takes long to evaluate (the API's SDK, the rules that find secrets) comes in when it is first needed, not at activation.

export const lateConnect = () => import('../teacher/connect.ts');
export const lateFiles = () => import('../harvest/file.ts');
export const lateSecrets = () => import('../harvest/folder-secrets.ts');
