/** Memory that only grows: a module renders one scene, and is dropped with it. */

/** A cache line; also what keeps the low four bits of every node's address free for counts. */
const ALIGNMENT: usize = 64
const PAGE: usize = 65536

/** Where free memory begins; 0 before the first use, so that the module needs no start function. */
let top: usize = 0

/** Address of so many zeroed bytes, or 0 when the memory's maximum (2 GiB) or the host's own is reached. */
export function reserve(bytes: f64): usize {
  if (bytes > 2147418112) return 0
  if (top == 0) top = (__heap_base + ALIGNMENT - 1) & ~(ALIGNMENT - 1)
  const start = top
  const end = <f64>start + <f64>((<usize>bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1))
  const pages = <i32>(Math.ceil(end / <f64>PAGE)) - memory.size()
  if (pages > 0 && memory.grow(pages) < 0) return 0
  top = <usize>end
  return start
}

/** Gives back everything reserved from this address on, zeroed for the next reservation. */
export function release(start: usize): void {
  memory.fill(start, 0, top - start)
  top = (start + ALIGNMENT - 1) & ~(ALIGNMENT - 1)
}
