/** What is asked at a unix socket. */
export interface Question {
  path: string;
  request: Uint8Array;
  /** From connecting to the last byte of the reply. */
  milliseconds: number;
  /** Bytes of the reply. */
  longest: number;
}

/** A question under way. */
export interface Exchange {
  /**
   * All that comes until the other end closes. It fails with a SystemError: EAGAIN where there was no room for the connection
   * in the queue, ETIMEDOUT, EMSGSIZE for a longer one, ECANCELED where it was ended; or what the kernel says.
   */
  reply: Promise<Uint8Array>;
  /** Ends it, where it has not come to its end. */
  end(): void;
}
