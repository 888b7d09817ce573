import { extname } from 'node:path'
import type { PictureFormat } from '#contract'
import { refuse } from '../../../protocol/fault.ts'

/** The format that a file's name asks for. @throws FaultError `bad-input` for any but .png and .exr */
export function pictureFormat(path: string): PictureFormat {
  const extension = extname(path).toLowerCase()
  if (extension === '.png') return 'png'
  if (extension === '.exr') return 'exr'
  return refuse('bad-input', `${path} should end in .png or .exr`)
}
