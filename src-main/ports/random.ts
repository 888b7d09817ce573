/** Unpredictable bytes: secrets of invites, names of jobs and batches. */
export interface Random {
  bytes(count: number): Uint8Array
}
