/**
 * Edges of a grey picture (Sobel's operator), as a module of the ABI meshwork-1 (../../ABI.md).
 *
 * Input: width and height, 32-bit little-endian each, then a byte per pixel, row by row. Output: the same layout.
 */

// @ts-ignore: decorators are how AssemblyScript names imports
@external("meshwork", "progress")
declare function progress(fraction: f32): void

const HEADER_BYTES: u32 = 8

/** Where the host puts the input. Nothing is freed: the memory is gone with the unit. */
export function alloc(bytes: i32): i32 {
  return i32(heap.alloc(usize(bytes)))
}

/** Returns the output's place and length: `pointer << 32 | bytes`. */
export function run(input: i32, bytes: i32): i64 {
  const from = usize(u32(input))
  if (u32(bytes) < HEADER_BYTES) unreachable()
  const width = load<u32>(from)
  const height = load<u32>(from, 4)
  if (u64(width) * u64(height) + HEADER_BYTES != u64(u32(bytes))) unreachable()
  const to = heap.alloc(usize(u32(bytes)))
  store<u32>(to, width)
  store<u32>(to, height, 4)
  for (let y: u32 = 0; y < height; y++) {
    edgesOfRow(from + HEADER_BYTES, to + HEADER_BYTES, width, height, y)
    progress(f32(y + 1) / f32(height))
  }
  return (i64(to) << 32) | i64(u32(bytes))
}

function edgesOfRow(from: usize, to: usize, width: u32, height: u32, y: u32): void {
  const above = from + usize((y > 0 ? y - 1 : y) * width)
  const here = from + usize(y * width)
  const below = from + usize((y + 1 < height ? y + 1 : y) * width)
  const target = to + usize(y * width)
  for (let x: u32 = 0; x < width; x++) {
    const left = usize(x > 0 ? x - 1 : x)
    const right = usize(x + 1 < width ? x + 1 : x)
    const across =
      at(above, right) - at(above, left) + 2 * (at(here, right) - at(here, left)) + at(below, right) - at(below, left)
    const down =
      at(below, left) - at(above, left) + 2 * (at(below, x) - at(above, x)) + at(below, right) - at(above, right)
    const strength = sqrt<f32>(f32(across * across + down * down))
    store<u8>(target + usize(x), u8(min<f32>(255, strength)))
  }
}

// @ts-ignore: decorators
@inline
function at(row: usize, x: usize): i32 {
  return i32(load<u8>(row + x))
}
