import { useCallback, useEffect, useRef, useState } from 'react'
import type { JobId } from '#contract'
import { useCalls } from '../../connection/calls.tsx'
import { downloadBlob } from '../../connection/download.ts'
import { createPictureDeveloper, type PictureDeveloper } from './picture-developer.ts'

/** Larger pictures would take more memory than a window has: 8K television is 33 million pixels. */
export const ADJUSTABLE_PIXELS_MAX = 36_000_000

/** A finished picture's light, to be adjusted. */
export type PictureLight =
  | { readonly state: 'none' }
  | { readonly state: 'loading' }
  | { readonly state: 'failed' }
  | { readonly state: 'ready'; readonly developer: PictureDeveloper; readonly canvas: HTMLCanvasElement }

/** Fetches the EXR file of a job and makes it ready to be adjusted, once `load` is called. */
export function usePictureLight(jobId: JobId): { readonly light: PictureLight; readonly load: () => void } {
  const calls = useCalls()
  const [light, setLight] = useState<PictureLight>({ state: 'none' })
  const [isWanted, setIsWanted] = useState(false)
  const canvas = useRef<HTMLCanvasElement>(undefined)

  useEffect(() => {
    if (!isWanted) return undefined
    const aborter = new AbortController()
    const { signal } = aborter
    const ready = fetchLight(calls, jobId, (placed) => (canvas.current = placed), signal)
    ready.then(
      (developer) => {
        if (signal.aborted || canvas.current === undefined) developer.stop()
        else setLight({ state: 'ready', developer, canvas: canvas.current })
      },
      () => {
        if (signal.aborted) return
        setLight({ state: 'failed' })
        setIsWanted(false)
      },
    )
    return () => {
      aborter.abort()
      setLight({ state: 'none' })
      void ready.then(
        (developer) => developer.stop(),
        () => undefined,
      )
    }
  }, [calls, jobId, isWanted])

  const load = useCallback(() => {
    setLight((before) => (before.state === 'ready' ? before : { state: 'loading' }))
    setIsWanted(true)
  }, [])
  return { light, load }
}

async function fetchLight(
  calls: ReturnType<typeof useCalls>,
  jobId: JobId,
  place: (canvas: HTMLCanvasElement) => void,
  signal: AbortSignal,
): Promise<PictureDeveloper> {
  const { cid } = await calls.jobs.result({ job_id: jobId, format: 'exr' }, { signal })
  const blob = await downloadBlob(calls, cid, { signal })
  return createPictureDeveloper(new Uint8Array(await blob.arrayBuffer()), place, signal)
}
