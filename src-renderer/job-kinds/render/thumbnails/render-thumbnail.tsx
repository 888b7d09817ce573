import type { ThumbnailProps } from '../../job-kind.ts'
import { useThumbnail } from './thumbnails.tsx'

/** The small picture of a finished render. */
export function RenderThumbnail({ jobId, label, className, waiting, none }: ThumbnailProps) {
  const url = useThumbnail(jobId)
  if (url === undefined) return waiting
  if (url === null) return none
  return <img src={url} alt={label} className={className} draggable={false} />
}
