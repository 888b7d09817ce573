import { InvalidArgumentError } from 'commander'
import { extname } from 'node:path'
import { FRAME_MAX, FRAMES_MAX } from '#contract'

/** Digits of a frame's number in a file's name, so that files sort as frames do. */
const FRAME_DIGITS = 4

/** Frames as people write them, `3,5-10`, in the order in which they are written. @throws InvalidArgumentError */
export function frameList(text: string): number[] {
  const frames: number[] = []
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,7})\s*(?:-\s*(\d{1,7})\s*)?$/.exec(part) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (first === undefined || to < from || to > FRAME_MAX) {
      throw new InvalidArgumentError('frames such as 3 or 5-10 or 3,5-10, please.')
    }
    if (frames.length + to - from >= FRAMES_MAX)
      throw new InvalidArgumentError(`at most ${FRAMES_MAX} frames.`)
    for (let frame = from; frame <= to; frame++) frames.push(frame)
  }
  if (new Set(frames).size < frames.length) throw new InvalidArgumentError('each frame once, please.')
  return frames
}

/** The file of one frame, `turn.png` → `turn-0012.png`. */
export function frameFile(path: string, frame: number): string {
  const extension = extname(path)
  const number = `${frame}`.padStart(FRAME_DIGITS, '0')
  return `${path.slice(0, path.length - extension.length)}-${number}${extension}`
}
