import type { useFormat } from '../../../state/text.tsx'

/** Stops as they are written, with their sign and a decimal; 0 has no sign. */
export function stopsText(stops: number, format: ReturnType<typeof useFormat>): string {
  const rounded = roundedStops(stops)
  return `${rounded > 0 ? '+' : ''}${format.number(rounded, 1)}`
}

/** Stops as they are shown, to a tenth. */
export function roundedStops(stops: number): number {
  // Not −0, which would be written with a sign.
  return Math.round(stops * 10) / 10 + 0
}
