/** Milliseconds of processor time that this thread has used: a measure that a busy machine does not change. */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
