import { useEffect, useState } from 'react'
import type { JobId } from '#contract'
import { useQuery } from '../../../connection/calls.tsx'
import { downloadBlob } from '../../../connection/download.ts'

/** A finished job's PNG, byte for byte as the node made it. */
export interface DeliveredPicture {
  readonly blob: Blob
  /** Its address in this window. */
  readonly url: string
}

/** How far it is on its way here. */
export type Delivery =
  | { readonly state: 'assembling' }
  | { readonly state: 'loading'; readonly bytes: number; readonly all: number }
  | { readonly state: 'failed'; readonly message: string; readonly retry: () => void }
  | { readonly state: 'ready'; readonly picture: DeliveredPicture }

/**
 * Fetches a finished job's PNG; the node puts it together when it is first asked for.
 * @param format `rawpng` for the picture as rendered; nothing is fetched where it is absent
 */
export function useDeliveredPicture(jobId: JobId, format: 'png' | 'rawpng' | undefined): Delivery {
  const [progress, setProgress] = useState<{ readonly bytes: number; readonly all: number }>()
  const answer = useQuery(`${format ?? 'none'} ${jobId}`, async (calls, signal) => {
    if (format === undefined) return undefined
    const { cid } = await calls.jobs.result({ job_id: jobId, format }, { signal })
    const blob = await downloadBlob(calls, cid, {
      signal,
      type: 'image/png',
      progress: (bytes, all) => setProgress({ bytes, all }),
    })
    return blob
  })
  const blob = answer.state === 'ready' ? answer.value : undefined
  const [picture, setPicture] = useState<DeliveredPicture>()
  useEffect(() => {
    if (blob === undefined) return undefined
    const url = URL.createObjectURL(blob)
    setPicture({ blob, url })
    return () => URL.revokeObjectURL(url)
  }, [blob])
  if (answer.state === 'failed') return { state: 'failed', message: answer.message, retry: answer.retry }
  if (picture !== undefined && picture.blob === blob) return { state: 'ready', picture }
  return progress === undefined ? { state: 'assembling' } : { state: 'loading', ...progress }
}
