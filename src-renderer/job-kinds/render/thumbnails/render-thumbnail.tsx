import { useState } from 'react'
import type { ThumbnailProps } from '../../job-kind.ts'
import { LiveThumbnail } from './live-thumbnail.tsx'
import { useThumbnail } from './thumbnails.tsx'

/** The small picture of a render. What was drawn while it went on stays until the finished one is there. */
export function RenderThumbnail({ jobId, isLive = false, label, className, waiting, none }: ThumbnailProps) {
  const [wasLive, setWasLive] = useState(isLive)
  if (isLive && !wasLive) setWasLive(true)
  const url = useThumbnail(isLive ? undefined : jobId)
  if (isLive || (wasLive && url === undefined)) {
    return <LiveThumbnail jobId={jobId} label={label} className={className} waiting={waiting} />
  }
  if (url === undefined) return waiting
  if (url === null) return none
  return <img src={url} alt={label} className={className} draggable={false} />
}
