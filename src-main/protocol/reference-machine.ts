/**
 * Paths per second on one core of the reference machine (compute/benchmark.ts: four times the cloud machine that
 * the libraries were measured on, where a Cornell box with 7,366 triangles got 1.2 M), with four bounces.
 */
export const REFERENCE_PATHS_PER_SECOND = 4_800_000
