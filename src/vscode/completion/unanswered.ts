// The last unanswered request of each folder, which is repeated when a better answer may be available. Pure.

/** If the editor's own list may be open, a pause in typing begins this long after the last request, ms. */
export const LIST_PAUSE_MS = 500;
/** The editor sends the request of a repetition within this time, or not at all, ms. */
const REPETITION_MS = 1000;

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
  private announcedAt = Number.NEGATIVE_INFINITY;
  private readonly now: () => number;

  /** @param now a monotonic clock, ms */
  constructor(now: () => number) {
    this.now = now;
  }

  /** Records a request, which replaces the one before. */
  begin(folder: string, position: DocumentPosition): void {
    this.last.set(folder, { position: keyOf(position), state: 'running', mayImprove: false });
  }

  /** Records that the request was answered. */
  onAnswer(folder: string, position: DocumentPosition): void {
    const request = this.lastAt(folder, position);
    if (request) request.state = 'answered';
  }

  /** Records that the request got no answer. Returns whether the caller should repeat it for a better answer. */
  onNoAnswer(folder: string, position: DocumentPosition): boolean {
    const request = this.lastAt(folder, position);
    if (!request) return false;
    request.state = 'unanswered';
    if (request.mayImprove) this.announce();
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
    if (repeats) this.announce();
    return repeats;
  }

  /** The editor will report our next request as one that the user made by hand. */
  announce(): void {
    this.announcedAt = this.now();
  }

  /** Withdraws the announcement: the next request is the user's own. */
  withdraw(): void {
    this.announcedAt = Number.NEGATIVE_INFINITY;
  }

  /**
   * Whether a request that the editor reports as made by hand is the announced repetition; true only once. The cursor
   * may have moved since the announcement: a key can come before the editor's request.
   */
  isRepetition(): boolean {
    const isAnnounced = this.now() - this.announcedAt <= REPETITION_MS;
    this.withdraw();
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
