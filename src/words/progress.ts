/** Who is told how far an operation that lasts has come; amounts in bytes. */
export interface Progress {
  start(total: number): void;
  update(done: number): void;
  end(): void;
}
