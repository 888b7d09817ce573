import { extname } from 'node:path'
import type { PictureFormat } from '#contract'
import { refuse } from '../../../protocol/fault.ts'

/**
 * The format that a file's name asks for.
 * @param asRendered without cleaning
 * @throws FaultError `bad-input` for any but .png and .exr
 */
export function pictureFormat(path: string, asRendered = false): PictureFormat {
  const extension = extname(path).toLowerCase()
  if (extension === '.png') return asRendered ? 'rawpng' : 'png'
  if (extension === '.exr') return asRendered ? 'rawexr' : 'exr'
  return refuse('bad-input', `${path} should end in .png or .exr`)
}
