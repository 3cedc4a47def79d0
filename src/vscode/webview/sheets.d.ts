// Style sheets that a library brings are bundled beside the script that imports them.
declare module '*.css';
