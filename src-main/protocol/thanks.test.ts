import { encode as encodeJpeg } from 'jpeg-js'
import { expect, it } from 'vitest'
import type { JobId } from './ids.ts'
import { smallJpegSize } from './small-jpeg.ts'
import { Thanks, THANKS_PICTURE_BYTES_MAX, THANKS_PICTURE_SIDE_MAX } from './thanks.ts'

function jpeg(width: number, height: number): Uint8Array {
  return new Uint8Array(encodeJpeg({ width, height, data: Buffer.alloc(4 * width * height, 90) }, 70).data)
}

function isTaken(picture: Uint8Array): boolean {
  return Thanks.safeParse({ job_id: 'job-1' as JobId, picture }).success
}

/** The same bytes with others from a place on. */
function changed(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice()
  copy.set(values, at)
  return copy
}

/** Where a marker stands. */
function markerIn(bytes: Uint8Array, marker: number): number {
  const at = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === marker)
  if (at < 0) throw new Error(`no marker ${marker}`)
  return at
}

it('[J11] takes a small baseline picture, whose size stands in its frame', () => {
  const picture = jpeg(THANKS_PICTURE_SIDE_MAX, 108)
  expect(smallJpegSize(picture)).toEqual({ width: THANKS_PICTURE_SIDE_MAX, height: 108 })
  expect(isTaken(picture)).toBe(true)
  expect(isTaken(jpeg(THANKS_PICTURE_SIDE_MAX + 1, 8))).toBe(false)
  expect(isTaken(jpeg(8, THANKS_PICTURE_SIDE_MAX + 1))).toBe(false)
})

it('[J11] refuses bytes that are anything else: other formats, cut, with metadata, with bytes after the end', () => {
  const picture = jpeg(16, 16)
  const frame = markerIn(picture, 0xc0)
  for (let end = 0; end < picture.byteLength; end++)
    expect(isTaken(picture.subarray(0, end)), `cut at ${end}`).toBe(false)
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>')
  const others = {
    png,
    svg,
    'bytes after the end': new Uint8Array([...picture, 0]),
    'two pictures': new Uint8Array([...picture, ...picture]),
    progressive: changed(picture, frame, 0xff, 0xc2),
    exif: changed(picture, markerIn(picture, 0xe0), 0xff, 0xe1),
    'twelve bits': changed(picture, frame + 4, 12),
    'no height': changed(picture, frame + 5, 0, 0),
    'a side of 65,535 pixels': changed(picture, frame + 7, 0xff, 0xff),
    'four components': changed(picture, frame + 9, 4),
    'a segment without end': changed(picture, frame + 2, 0xff, 0xff),
    'too many bytes': new Uint8Array(THANKS_PICTURE_BYTES_MAX + 1),
  }
  for (const [name, bytes] of Object.entries(others)) expect(isTaken(bytes), name).toBe(false)
})

it('[J11] takes a line as a note, and none that steers a terminal or turns the direction of text', () => {
  const taken = (note: string) => Thanks.safeParse({ job_id: 'job-1', note }).success
  expect([taken('Grüße! 谢谢'), taken('x'.repeat(200))]).toEqual([true, true])
  expect([taken(''), taken('x'.repeat(201)), taken('a\nb'), taken('\u001b[2J'), taken('a\u202eb')]).toEqual(
    Array.from({ length: 5 }, () => false),
  )
})
