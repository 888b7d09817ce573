import { refuse } from '../../../protocol/fault.ts'
import { printableLine } from '../../../protocol/printable-text.ts'

/** Cameras that are named where the one asked for is not there: as many as fit on a terminal's line or two. */
const SHOWN_MAX = 12

/**
 * The number of the camera that a user asks for by its name or, where none has that name, by its number from 0. Names are
 * a file's, so a stranger's: they are compared as they are, and shown with what a terminal would obey taken out.
 *
 * @throws FaultError `bad-input` for a camera that is not there, or a name that several have
 */
export function cameraNumber(asked: string, names: readonly string[]): number {
  const numbers = names.flatMap((name, number) => (name !== '' && name === asked ? [number] : []))
  const [only] = numbers
  if (only !== undefined) {
    if (numbers.length === 1) return only
    refuse(
      'bad-input',
      `${numbers.length} cameras are named ${quoted(asked)}: choose one by its number, ${listed(numbers)}`,
    )
  }
  const number = /^\d{1,5}$/.test(asked) ? Number(asked) : NaN
  // A file without cameras has one that sees all of it.
  if (number < Math.max(1, names.length)) return number
  if (names.length === 0) refuse('bad-input', `the scene has no cameras, so there is none ${quoted(asked)}`)
  const all = names.map((name, i) => (name === '' ? `${i}` : `${i} ${quoted(name)}`))
  refuse('bad-input', `the scene has no camera ${quoted(asked)}; it has ${listed(all)}`)
}

function quoted(name: string): string {
  return `“${printableLine(name)}”`
}

function listed(parts: readonly (string | number)[]): string {
  const more = parts.length - SHOWN_MAX
  return `${parts.slice(0, SHOWN_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
