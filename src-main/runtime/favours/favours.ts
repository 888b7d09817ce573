import { z } from 'zod'
import type { Notice } from '../../peer/notice.ts'
import { holdingKey } from '../../peer/provider/slice.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Settings } from '../../ports/settings.ts'
import { refuse } from '../../protocol/fault.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import type { PeerRuntime } from '../peer-runtime.ts'
import { repeatEvery } from '../repeating.ts'
import { openFavourBook, type FavourBook } from './favour-book.ts'
import { createThanksPost } from './thanks-post.ts'

/** Counts are on disk at most this long after they were made. */
const WRITE_EVERY_MS = 30_000

/** A provider that is thanked, and for which of its jobs. */
export interface Thanked {
  readonly peer: PeerId
  readonly job: JobId
}

/** Work of this PC for others and of others for it, and the thanks for it. */
export interface Favours {
  /** Work of this PC for others. */
  readonly done: Pick<FavourBook, 'requesters' | 'of' | 'thanksFor' | 'putAway'>
  /** Whether the user has given thanks for a job, or for the animation that it names. */
  isThanked(job: JobId): boolean
  /**
   * Gives thanks for a job or an animation, once: they are owed until each provider has taken them.
   * @param pictures small pictures by job, of those that helpers may see
   */
  thank(
    job: JobId,
    providers: readonly Thanked[],
    note: string | undefined,
    pictures: ReadonlyMap<JobId, Uint8Array>,
  ): void
  /** Forgets that thanks were given for a job: it is removed. */
  forget(job: JobId): void
  start(): void
  /** Writes what was counted. */
  stop(): void
}

/** The ports that favours use. */
export interface FavoursDependencies {
  readonly runtime: Pick<PeerRuntime, 'state' | 'onNotices' | 'thank' | 'takeThanksBy'>
  readonly clock: Clock
  readonly settings: Settings
  /** A defect of ours, for the log. */
  readonly report: (error: unknown) => void
}

const thankedKey = (job: JobId): string => `thanked:${job}`
const IsThanked = z.literal(true)

/** Creates the favours of a peer. They decide nothing and are kept in the settings, beside the journal. */
export function createFavours({ runtime, clock, settings, report }: FavoursDependencies): Favours {
  const { state } = runtime
  const book = openFavourBook(settings)
  const post = createThanksPost({ runtime, clock, settings, report })
  const stops: (() => void)[] = []

  function takeThanks(from: PeerId, thanks: Parameters<FavourBook['thank']>[1]): void {
    if (state.view.diskFullSinceMs !== undefined) refuse('too-busy', 'there is no room on the disk')
    if (book.thank(from, thanks, clock.nowMs()) === 'unknown')
      refuse('bad-input', 'nothing was computed here for this job of yours')
  }

  function hear(notice: Notice): void {
    if (notice.kind === 'people-changed') {
      for (const peer of book.requesters()) if (!state.pairing.contacts.has(peer)) book.forget(peer)
    }
    if (notice.kind !== 'units-ran' || notice.outputs === 0) return
    const { requester, job, outputs, cpuMs } = notice
    if (requester === state.me || !state.pairing.contacts.has(requester)) return
    const holding = state.provider.holdings.get(holdingKey(requester, job))
    const manifest = holding === undefined ? undefined : state.view.manifests.get(holding.manifestCid)
    const algorithm = manifest === undefined ? {} : { algorithm: manifest.algorithm_id }
    book.count(requester, { job, ...algorithm, outputs, cpuMs, atMs: clock.nowMs() })
  }

  return {
    done: book,
    isThanked: (job) => settings.read(thankedKey(job), IsThanked) === true,
    thank(job, providers, note, pictures) {
      const atMs = Math.round(clock.nowMs())
      const owed = providers.map((one) => ({ ...one, atMs, ...(note === undefined ? {} : { note }) }))
      post.owe(owed, pictures)
      settings.write(thankedKey(job), true)
    },
    forget: (job) => settings.write(thankedKey(job), undefined),
    start() {
      runtime.takeThanksBy(takeThanks)
      stops.push(
        runtime.onNotices((notices) => {
          for (const notice of notices) hear(notice)
          post.hear(notices)
        }),
        repeatEvery(clock, WRITE_EVERY_MS, () => book.write()),
      )
    },
    stop() {
      for (const stop of stops.splice(0)) stop()
      book.write()
    },
  }
}
