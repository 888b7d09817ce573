/** The Stanford bunny as npm carries it: 1,839 points, 3,674 triangles, closed; y up, about 10 units tall. */
declare module 'bunny' {
  export const positions: readonly (readonly [number, number, number])[]
  export const cells: readonly (readonly [number, number, number])[]
}
