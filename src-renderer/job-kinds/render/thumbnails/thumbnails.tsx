import { createContext, use, useEffect, useState, type ReactNode } from 'react'
import type { JobId } from '#contract'
import { useCalls } from '../../../connection/calls.tsx'
import type { ApiCalls } from '../../../connection/api-calls.ts'
import { useNode } from '../../../state/node-store.ts'

/** Pictures kept at once: several screens full, at about 20 kB each. */
const KEPT_MAX = 400

/** Small pictures of finished jobs, each asked for once. */
export interface Thumbnails {
  /** The address of a job's picture; the same promise for as long as it is kept. */
  get(calls: ApiCalls, job: JobId): Promise<string>
  /** Lets go of all of them. */
  clear(): void
}

/** Creates the store; the longest unused picture goes first. */
export function createThumbnails(): Thumbnails {
  const kept = new Map<JobId, Promise<string>>()
  const forget = (job: JobId): void => {
    const url = kept.get(job)
    kept.delete(job)
    url?.then(
      (address) => URL.revokeObjectURL(address),
      () => undefined,
    )
  }
  return {
    get(calls, job) {
      const known = kept.get(job)
      const url =
        known ?? calls.render.thumbnail({ job_id: job }).then(({ image }) => URL.createObjectURL(image))
      // A failed one is asked for again when it is next seen.
      if (known === undefined) url.catch(() => kept.delete(job))
      kept.delete(job)
      kept.set(job, url)
      const oldest = kept.keys().next().value
      if (kept.size > KEPT_MAX && oldest !== undefined) forget(oldest)
      return url
    },
    clear() {
      for (const job of [...kept.keys()]) forget(job)
    },
  }
}

const ThumbnailsContext = createContext<Thumbnails | undefined>(undefined)

/** Keeps the pictures for everything inside, for as long as it is shown. */
export function ThumbnailsProvider({ children }: { readonly children: ReactNode }) {
  const [thumbnails] = useState(createThumbnails)
  useEffect(() => () => thumbnails.clear(), [thumbnails])
  return <ThumbnailsContext value={thumbnails}>{children}</ThumbnailsContext>
}

/** A finished job's small picture: its address once it is there, null where there is none. */
export function useThumbnail(job: JobId | undefined): string | null | undefined {
  const calls = useCalls()
  const thumbnails = use(ThumbnailsContext)
  const isOpen = useNode((node) => node.connection === 'open')
  const [shown, setShown] = useState<{ readonly job: JobId; readonly url: string | null }>()
  useEffect(() => {
    if (job === undefined || thumbnails === undefined || !isOpen) return undefined
    let isCurrent = true
    thumbnails.get(calls, job).then(
      (url) => isCurrent && setShown({ job, url }),
      () => isCurrent && setShown({ job, url: null }),
    )
    return () => {
      isCurrent = false
    }
  }, [calls, thumbnails, job, isOpen])
  return shown !== undefined && shown.job === job ? shown.url : undefined
}
