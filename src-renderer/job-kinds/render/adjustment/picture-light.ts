import { useCallback, useEffect, useRef, useState } from 'react'
import type { JobId } from '#contract'
import { useCalls } from '../../../connection/calls.tsx'
import { downloadBlob } from '../../../connection/download.ts'
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
  /** Attempts so far; none until it is first needed. */
  const [attempt, setAttempt] = useState(0)
  const canvas = useRef<HTMLCanvasElement>(undefined)

  useEffect(() => {
    if (attempt === 0) return undefined
    const aborter = new AbortController()
    const { signal } = aborter
    const ready = fetchLight(calls, jobId, (placed) => (canvas.current = placed), signal)
    ready.then(
      (developer) => {
        const shown = canvas.current
        if (signal.aborted || shown === undefined) return
        // A driver that was reset takes the picture with it.
        shown.addEventListener('webglcontextlost', () => !signal.aborted && setLight({ state: 'failed' }))
        setLight({ state: 'ready', developer, canvas: shown })
      },
      () => {
        if (!signal.aborted) setLight({ state: 'failed' })
      },
    )
    return () => {
      aborter.abort()
      void ready.then(
        (developer) => developer.stop(),
        () => undefined,
      )
    }
  }, [calls, jobId, attempt])

  const load = useCallback(() => {
    if (light.state === 'loading' || light.state === 'ready') return
    setLight({ state: 'loading' })
    setAttempt((before) => before + 1)
  }, [light.state])
  return { light, load }
}

async function fetchLight(
  calls: ReturnType<typeof useCalls>,
  jobId: JobId,
  place: (canvas: HTMLCanvasElement) => void,
  signal: AbortSignal,
): Promise<PictureDeveloper> {
  const { cid } = await calls.jobs.result({ job_id: jobId, format: 'exr' }, { signal })
  const { exposure_stops: deliveredStops } = await calls.render.exposure({ job_id: jobId }, { signal })
  const blob = await downloadBlob(calls, cid, { signal })
  const bytes = new Uint8Array(await blob.arrayBuffer())
  return createPictureDeveloper({ bytes, deliveredStops }, place, signal)
}
