/** A 4 × 4 matrix, column-major as in glTF: `m[4 * column + row]`. */
export type Matrix4 = readonly number[]

/** A point, direction or colour. */
export type Triple = readonly [number, number, number]

export const IDENTITY: Matrix4 = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]

/** `a · b`: b is applied first. */
export function multiply(a: Matrix4, b: Matrix4): Matrix4 {
  const out: number[] = []
  for (let column = 0; column < 4; column++) {
    for (let row = 0; row < 4; row++) {
      let sum = 0
      for (let k = 0; k < 4; k++) sum += at(a, k, row) * at(b, column, k)
      out.push(sum)
    }
  }
  return out
}

/** The point moved by the matrix. */
export function transformPoint(m: Matrix4, [x, y, z]: Triple): Triple {
  const row = (r: number) => at(m, 0, r) * x + at(m, 1, r) * y + at(m, 2, r) * z + at(m, 3, r)
  return [row(0), row(1), row(2)]
}

/** The direction turned and scaled by the matrix. */
export function transformDirection(m: Matrix4, [x, y, z]: Triple): Triple {
  const row = (r: number) => at(m, 0, r) * x + at(m, 1, r) * y + at(m, 2, r) * z
  return [row(0), row(1), row(2)]
}

/** Determinant of the upper 3 × 3: negative where the matrix mirrors. */
export function determinant3(m: Matrix4): number {
  return dot(column(m, 0), cross(column(m, 1), column(m, 2)))
}

/**
 * The matrix that carries normals: the cofactors of the upper 3 × 3, which is the inverse transpose up to a
 * factor and exists for flattened shapes too. Its sign is made that of an orientation-keeping matrix.
 */
export function normalMatrix(m: Matrix4): Matrix4 {
  const sign = determinant3(m) < 0 ? -1 : 1
  const [a, b, c] = [column(m, 0), column(m, 1), column(m, 2)]
  const columns = [cross(b, c), cross(c, a), cross(a, b)]
  return [...columns.flatMap((v) => [...v.map((x) => x * sign), 0]), 0, 0, 0, 1]
}

/** One of the four columns, without its last row. */
export function column(m: Matrix4, c: number): Triple {
  return [at(m, c, 0), at(m, c, 1), at(m, c, 2)]
}

export function add(a: Triple, b: Triple): Triple {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

export function subtract(a: Triple, b: Triple): Triple {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

export function scale(a: Triple, factor: number): Triple {
  return [a[0] * factor, a[1] * factor, a[2] * factor]
}

export function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

export function cross(a: Triple, b: Triple): Triple {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/** The direction at length 1, or zeros where it has none (zero, infinite or not a number). */
export function normalize(a: Triple): Triple {
  const length = Math.sqrt(dot(a, a))
  return length > 0 && Number.isFinite(length) ? scale(a, 1 / length) : [0, 0, 0]
}

function at(m: Matrix4, c: number, r: number): number {
  return m[4 * c + r] ?? 0
}
