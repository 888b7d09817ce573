import { FRAMES_MAX, FRAME_MAX } from '#contract'

/** A problem of a list of frames, for the catalogue to word. */
export type FramesProblem =
  | { readonly kind: 'not-a-frame'; readonly text: string }
  | { readonly kind: 'backwards'; readonly text: string }
  | { readonly kind: 'too-high'; readonly max: number }
  | { readonly kind: 'too-many'; readonly max: number }

/** The frames that a text names. */
export type FramesOutcome =
  | { readonly ok: true; readonly frames: readonly number[] }
  | { readonly ok: false; readonly problem: FramesProblem }

/** Longer texts than any list of so many frames needs are not looked at. */
const TEXT_LENGTH_MAX = 10_000

/**
 * Reads `3, 5-10` as frames 3 and 5 to 10: in the order given, each once. Nothing at all names no frame.
 *
 * @example parseFrames('3, 5-7') // { ok: true, frames: [3, 5, 6, 7] }
 */
export function parseFrames(text: string): FramesOutcome {
  if (text.length > TEXT_LENGTH_MAX) return refused({ kind: 'too-many', max: FRAMES_MAX })
  const frames = new Set<number>()
  for (const part of text.split(/[,;]/).map((piece) => piece.trim())) {
    if (part === '') continue
    const match = /^(\d+)(?:\s*(?:-|–|\.\.)\s*(\d+))?$/.exec(part)
    if (match === null) return refused({ kind: 'not-a-frame', text: part.slice(0, 30) })
    const from = Number(match[1])
    const to = match[2] === undefined ? from : Number(match[2])
    if (Math.max(from, to) > FRAME_MAX) return refused({ kind: 'too-high', max: FRAME_MAX })
    if (to < from) return refused({ kind: 'backwards', text: part.slice(0, 30) })
    if (to - from >= FRAMES_MAX) return refused({ kind: 'too-many', max: FRAMES_MAX })
    for (let frame = from; frame <= to; frame++) frames.add(frame)
    if (frames.size > FRAMES_MAX) return refused({ kind: 'too-many', max: FRAMES_MAX })
  }
  return { ok: true, frames: [...frames] }
}

/** Frames as a text that `parseFrames` reads back, runs shortened: `3, 5-7`. */
export function framesText(frames: readonly number[]): string {
  const parts: string[] = []
  for (let i = 0; i < frames.length;) {
    let end = i
    while (frames[end + 1] === (frames[end] ?? 0) + 1) end++
    parts.push(end === i ? `${frames[i] ?? 0}` : `${frames[i] ?? 0}-${frames[end] ?? 0}`)
    i = end + 1
  }
  return parts.join(', ')
}

function refused(problem: FramesProblem): FramesOutcome {
  return { ok: false, problem }
}
