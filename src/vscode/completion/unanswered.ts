// The last unanswered request of each folder, which is repeated when a better answer may be available. Pure.

/** If the editor's own list may be open, a pause in typing begins this long after the last request, ms. */
export const LIST_PAUSE_MS = 500;

/** A cursor position in a version of a document. If it is equal, nothing was typed since. */
export interface DocumentPosition {
  readonly document: string;
  readonly version: number;
  readonly line: number;
  readonly character: number;
}

interface LastRequest {
  readonly position: string;
  state: 'running' | 'unanswered' | 'answered';
  /** Whether a better answer may have become available since the request. */
  mayImprove: boolean;
}

export class Unanswered {
  private readonly last = new Map<string, LastRequest>();
  private announced: string | undefined;

  /** Records a request, which replaces the one before. */
  begin(folder: string, position: DocumentPosition): void {
    this.last.set(folder, { position: keyOf(position), state: 'running', mayImprove: false });
  }

  /** The request was answered. */
  onAnswer(folder: string, position: DocumentPosition): void {
    const request = this.lastAt(folder, position);
    if (request) request.state = 'answered';
  }

  /** The request got no answer. True: a better answer may have become available since, so the caller repeats it. */
  onNoAnswer(folder: string, position: DocumentPosition): boolean {
    const request = this.lastAt(folder, position);
    if (!request) return false;
    request.state = 'unanswered';
    if (request.mayImprove) this.announce(position);
    return request.mayImprove;
  }

  /**
   * Whether to repeat the request: the cursor is still at the unanswered position, or in text that was typed before a
   * request was possible. The caller repeats it.
   */
  repeat(folder: string, position: DocumentPosition, hasTyped: boolean): boolean {
    const request = this.last.get(folder);
    if (request?.state === 'running') request.mayImprove = true;
    const repeats = request ? request.state === 'unanswered' && request.position === keyOf(position) : hasTyped;
    if (repeats) this.announce(position);
    return repeats;
  }

  /** The next request at this position is our repetition, which the editor reports as manual. */
  announce(position: DocumentPosition): void {
    this.announced = keyOf(position);
  }

  /** Whether the request is the announced repetition; true only once. */
  isRepetition(position: DocumentPosition): boolean {
    const isAnnounced = this.announced === keyOf(position);
    if (isAnnounced) this.announced = undefined;
    return isAnnounced;
  }

  private lastAt(folder: string, position: DocumentPosition): LastRequest | undefined {
    const request = this.last.get(folder);
    return request?.position === keyOf(position) ? request : undefined;
  }
}

function keyOf({ document, version, line, character }: DocumentPosition): string {
  return `${version} ${line} ${character} ${document}`;
}
