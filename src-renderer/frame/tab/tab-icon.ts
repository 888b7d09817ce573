/** The circumference of the ring, on 32 units. */
const RADIUS = 12
const ROUND = 2 * Math.PI * RADIUS
/** Both are seen on light and on dark bars of tabs. */
const TRACK = '#8fa5a1'
const FILL = '#14a394'

/** The tab's icon for a job that is so far, 0 to 1: a ring that fills clockwise from the top; the address of an SVG. */
export function progressIcon(fraction: number): string {
  const filled = Math.min(1, Math.max(0, fraction)) * ROUND
  const circle = `cx="16" cy="16" r="${RADIUS}" fill="none" stroke-width="7"`
  const arc = `stroke="${FILL}" stroke-dasharray="${filled.toFixed(1)} ${ROUND.toFixed(1)}"`
  return drawing(
    `<circle ${circle} stroke="${TRACK}" stroke-opacity=".45"/>` +
      `<circle ${circle} ${arc} transform="rotate(-90 16 16)"/>`,
  )
}

/** The tab's icon for a job that is done and was not looked at: a tick. */
export function doneIcon(): string {
  const tick = 'M8.5 16.5l5.2 5.2L23.5 11'
  return drawing(
    `<circle cx="16" cy="16" r="15" fill="${FILL}"/>` +
      `<path d="${tick}" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/>`,
  )
}

function drawing(content: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${content}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
