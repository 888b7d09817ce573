/**
 * Small programs that the meter is measured on, one export each: `name(n) → i64`, the work grows with `n`, the result
 * is a checksum. Between them they cover what compiled code does: tight integer loops, branches, calls, recursion,
 * dispatch, scalar and vector floats, bulk memory, objects. Each starts with an empty heap, so that runs are alike.
 */
export { crc, interpret, sieve } from './integers'
export { sha256 } from './sha256'
export { levenshtein, words } from './text'
export { fibonacci, quicksort, trees } from './recursion'
export { mandelbrot, matmul, nbody } from './floats'
export { spheres } from './spheres'
export { fourier } from './fourier'
export { blend, dot } from './vectors'
