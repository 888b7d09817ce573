/**
 * Waits until every promise has settled, also when one has failed; then gives their values, or throws the first
 * failure. For work on something (a file, a buffer) that must not be taken away from the others.
 */
export async function settleAll<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}
