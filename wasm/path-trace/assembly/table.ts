/** Tables that were integrated beforehand: `../tables/write-tables.ts`. */

/** Numbers that two digits to the base of 64 tell apart. */
const STEPS: f32 = 4095

/**
 * Writes `count` floats to memory, of a text that has two digits for each: 0 to 4095 are 0 to `most`. Digits are the characters
 * from ( to h, less the backslash, which would be an escape.
 */
export function unpackTable(text: string, to: usize, count: i32, most: f32): void {
  const from = changetype<usize>(text)
  for (let i = 0; i < count; i++) {
    const at = from + (<usize>i << 2), code = digitOf(load<u16>(at)) * 64 + digitOf(load<u16>(at, 2))
    store<f32>(to + (<usize>i << 2), <f32>code / STEPS * most)
  }
}

function digitOf(character: u16): u32 { return character < 92 ? character - 40 : character - 41 }
