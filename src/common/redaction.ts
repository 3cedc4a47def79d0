// Interface that redacts a folder's known secrets in texts and paths, for the modules that store or send them.

/** Edges at which a text was cut out of a longer one. A partial secret at a cut edge is redacted too. */
export interface CutEdges {
  readonly start?: boolean;
  readonly end?: boolean;
}

/** Both methods keep the length, so offsets stay valid. They reject only if redaction fails; then nothing is sent. */
export interface Redactor {
  /** @param path the file's unredacted path, which decides which rules apply */
  text(text: string, path: string, cut?: CutEdges): Promise<string>;
  path(path: string): Promise<string>;
}
