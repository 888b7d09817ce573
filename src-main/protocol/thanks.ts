import { z } from 'zod'
import { Bytes } from './bytes.ts'
import { JobId } from './ids.ts'
import { printableLine } from './printable-text.ts'
import { smallJpegSize } from './small-jpeg.ts'

/** Characters of a note: one or two lines on the screen of the one who is thanked. */
export const THANKS_NOTE_LENGTH_MAX = 200
/** Bytes of a picture, which others keep for nothing. */
export const THANKS_PICTURE_BYTES_MAX = 16 << 10
/** Pixels of its longer side. */
export const THANKS_PICTURE_SIDE_MAX = 192

/** A line of text without characters that steer a terminal or turn the direction of what follows. */
export const ThanksNote = z
  .string()
  .min(1)
  .max(THANKS_NOTE_LENGTH_MAX)
  .refine((note) => printableLine(note) === note, 'characters that cannot be shown')

/** A small baseline JPEG, by its size and its markers; it is decoded in a browser only. */
export const ThanksPicture = Bytes.refine(
  (bytes) => bytes.byteLength <= THANKS_PICTURE_BYTES_MAX && isSmallPicture(bytes),
  'not a small JPEG',
)

/** Thanks of a requester to a provider that computed units of its job. */
export const Thanks = z.object({
  /** The job; of an animation one of the frames that the provider worked on. */
  job_id: JobId,
  note: ThanksNote.exactOptional(),
  /** Of what the job made, where the requester shows it to helpers. */
  picture: ThanksPicture.exactOptional(),
})
export type Thanks = z.infer<typeof Thanks>

function isSmallPicture(bytes: Uint8Array): boolean {
  const size = smallJpegSize(bytes)
  return size !== undefined && Math.max(size.width, size.height) <= THANKS_PICTURE_SIDE_MAX
}
