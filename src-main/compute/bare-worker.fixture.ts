/** The task of the benchmark's bare pool: the same work as `mesh.noop`, with nothing around it. */
export function run(index: number): Uint8Array {
  const output = new Uint8Array(8)
  new DataView(output.buffer).setBigUint64(0, BigInt(index), true)
  return output
}
