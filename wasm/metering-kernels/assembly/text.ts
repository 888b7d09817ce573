/** Bytes of text: a loop of small branches, and a dynamic program over two strings. */

/** Writes `length` bytes of made-up words to `at`. */
function write(at: usize, length: i32, seed: u32): void {
  for (let i = 0; i < length; i++) {
    seed = seed * 1664525 + 1013904223
    const draw = seed >> 24
    store<u8>(at + i, draw < 40 ? 32 : draw < 44 ? 10 : 97 + (draw % 26))
  }
}

/** More than a processor's branch prediction learns by heart. */
const TEXT_KILOBYTES_MAX: i32 = 64

/** Lines and words of n kilobytes, as `wc` counts them, packed into one number. */
export function words(n: i32): i64 {
  heap.reset()
  const length = min(n, TEXT_KILOBYTES_MAX) << 10
  const text = heap.alloc(length)
  write(text, length, 7)
  let lines: i64 = 0
  let words: i64 = 0
  let inside = false
  for (let left = n; left > 0; left -= TEXT_KILOBYTES_MAX) {
    for (let i = 0; i < length; i++) {
      const byte = load<u8>(text + i)
      if (byte == 10) lines++
      if (byte == 32 || byte == 10) inside = false
      else if (!inside) {
        inside = true
        words++
      }
    }
  }
  return (lines << 32) | words
}

/** Edit distance of two strings of n bytes. */
export function levenshtein(n: i32): i64 {
  heap.reset()
  const a = heap.alloc(n)
  const b = heap.alloc(n)
  const row = heap.alloc((n + 1) << 2)
  write(a, n, 1)
  write(b, n, 2)
  for (let i = 0; i <= n; i++) store<i32>(row + (i << 2), i)
  for (let i = 1; i <= n; i++) {
    let diagonal = load<i32>(row)
    store<i32>(row, i)
    for (let j = 1; j <= n; j++) {
      const at = row + (j << 2)
      const above = load<i32>(at)
      const changed = diagonal + i32(load<u8>(a + i - 1) != load<u8>(b + j - 1))
      store<i32>(at, min(changed, min(above, load<i32>(at - 4)) + 1))
      diagonal = above
    }
  }
  const distance = load<i32>(row + (n << 2))
  return <i64>distance
}
