/** Tables that were integrated beforehand, as the kernel reads them. */
import { div, mul } from './float.ts'

/** The floats of a text that has three hexadecimal digits for each: 0 to fff are 0 to `most`. */
export function unpackTable(text: string, most: number): Float32Array {
  return Float32Array.from({ length: text.length / 3 }, (_, i) =>
    mul(div(Number.parseInt(text.slice(i * 3, i * 3 + 3), 16), 4095), most),
  )
}
