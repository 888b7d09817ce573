const BYTE_STEPS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes for people, in powers of 1000. */
export function bytesText(bytes: number): string {
  let value = bytes
  let step = 0
  while (value >= 1_000 && step < BYTE_STEPS.length - 1) {
    value /= 1_000
    step++
  }
  return `${step === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${BYTE_STEPS[step] ?? 'B'}`
}

/** Units of fuel, all digits: they are compared to the last one. */
export function fuelText(fuel: number): string {
  return fuel.toLocaleString('en-US')
}

/** A limit of fuel as one would type it: `5e9`. */
export function fuelLimitText(fuel: number): string {
  return fuel.toExponential().replace('e+', 'e')
}

/** A duration for people: `870 ms`, `12.3 s`, `4 min 5 s`, `3 h 20 min`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  const seconds = ms / 1_000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** A duration that was forecast, in steps of five minutes from a quarter of an hour on: `8 min`, `2 h 40 min`. */
export function roughDurationText(ms: number): string {
  const exact = ms / 60_000
  const minutes = Math.max(1, exact < 15 ? Math.round(exact) : Math.round(exact / 5) * 5)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
