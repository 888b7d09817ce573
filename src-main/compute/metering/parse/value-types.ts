/**
 * Value types by their byte in the binary format (WebAssembly core specification, 5.3). A module that uses another,
 * such as a typed function reference, is refused where its sections are parsed.
 */
export const VALUE_TYPE = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
  exnref: 0x69,
} as const

/** A value type as the text format writes it. */
export type ValueTypeName = keyof typeof VALUE_TYPE
