/** Tables that were integrated beforehand: `../tables/write-tables.ts`. */

/** Numbers that three hexadecimal digits tell apart. */
const STEPS: f32 = 4095

/** Writes `count` floats to memory, of a text that has three hexadecimal digits for each: 0 to fff are 0 to `most`. */
export function unpackTable(text: string, to: usize, count: i32, most: f32): void {
  const from = changetype<usize>(text)
  for (let i = 0; i < count; i++) {
    let code: u32 = 0
    for (let k = 0; k < 3; k++) {
      const digit = <u32>load<u16>(from + <usize>(i * 3 + k) * 2)
      code = (code << 4) | (digit < 58 ? digit - 48 : digit - 87)
    }
    store<f32>(to + <usize>i * 4, <f32>code / STEPS * most)
  }
}
