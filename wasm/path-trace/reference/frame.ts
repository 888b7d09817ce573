/** The frame around a normal, with the kernel's bits. */
import { add, div, mul, product, type Vector } from './float.ts'

/** Tangent and bitangent of a unit normal (Duff et al., 2017). */
export function frameOf([x, y, z]: Vector): readonly [Vector, Vector] {
  const sign = z < 0 || Object.is(z, -0) ? -1 : 1
  const a = div(-1, add(sign, z))
  const b = product(x, y, a)
  return [
    [add(1, product(sign, x, x, a)), mul(sign, b), mul(-sign, x)],
    [b, add(sign, product(y, y, a)), -y],
  ]
}
