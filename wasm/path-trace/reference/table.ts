/** Tables that were integrated beforehand, as the kernel reads them. */
import { div, mul } from './float.ts'

/** The floats of a text that has two digits for each, to the base of 64: 0 to 4095 are 0 to `most`. */
export function unpackTable(text: string, most: number): Float32Array {
  const digit = (i: number) => text.charCodeAt(i) - (text.charCodeAt(i) < 92 ? 40 : 41)
  return Float32Array.from({ length: text.length / 2 }, (_, i) =>
    mul(div(digit(2 * i) * 64 + digit(2 * i + 1), 4095), most),
  )
}
