/** Modules written as text, for the meter's tests. */
import wabt from 'wabt'

/** Everything the sandbox takes, and threads, memory64 and relaxed SIMD, which it refuses. */
const FEATURES = {
  bulk_memory: true,
  exceptions: true,
  extended_const: true,
  memory64: true,
  multi_value: true,
  mutable_globals: true,
  reference_types: true,
  relaxed_simd: true,
  sat_float_to_int: true,
  sign_extension: true,
  simd: true,
  tail_call: true,
  threads: true,
}

const parser = await wabt()

/** The bytes of a module in the text format, valid or not. Throws with the parser's words. */
export function wat(text: string): Uint8Array<ArrayBuffer> {
  const module = parser.parseWat('module.wat', text, FEATURES)
  try {
    module.resolveNames()
    return new Uint8Array(module.toBinary({}).buffer)
  } finally {
    module.destroy()
  }
}
