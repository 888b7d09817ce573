import { z } from 'zod'
import type { Settings } from '../../ports/settings.ts'
import { PeerId, type JobId } from '../../protocol/ids.ts'
import { THANKS_PICTURE_BYTES_MAX, ThanksNote, type Thanks } from '../../protocol/thanks.ts'
import { countWork, Favour, judgeThanks, putAway, withThanks, type WorkDone } from './favour-list.ts'

/** Requesters that are remembered; the one worked for longest ago goes first. */
const REQUESTERS_MAX = 64
/** Notes and pictures of one requester that wait to be looked at: of 22 kB each, and 64 people. */
const KEPT_OF_ONE_MAX = 16
const REQUESTERS_KEY = 'favours'
const listKey = (requester: PeerId): string => `favours:${requester}`
const thanksKey = (requester: PeerId, job: JobId): string => `thanks:${requester}/${job}`

const Requesters = z.array(PeerId)
const Favours = z.array(Favour)
/** Note and picture of thanks, until they are put away. */
const KeptThanks = z.object({
  note: ThanksNote.exactOptional(),
  picture: z
    .base64()
    .max(2 * THANKS_PICTURE_BYTES_MAX)
    .exactOptional(),
})
/** Note of thanks, and its picture in base64. */
export type KeptThanks = z.infer<typeof KeptThanks>

/** Work of this PC for others, by requester. */
export interface FavourBook {
  requesters(): readonly PeerId[]
  of(requester: PeerId): readonly Favour[]
  count(requester: PeerId, work: WorkDone): void
  /** Takes thanks that are new and writes them down. @returns how they were judged */
  thank(requester: PeerId, thanks: Thanks, atMs: number): ReturnType<typeof judgeThanks>
  /** Note and picture of thanks that were not put away. */
  thanksFor(requester: PeerId, job: JobId): KeptThanks
  putAway(untilMs: number): void
  forget(requester: PeerId): void
  /** Writes what was counted. */
  write(): void
}

/** The book in a peer's settings: a setting for each requester, and one for the note and picture of each thanks. */
export function openFavourBook(settings: Settings): FavourBook {
  const book = new Map<PeerId, Favour[]>()
  for (const requester of settings.read(REQUESTERS_KEY, Requesters) ?? [])
    book.set(requester, settings.read(listKey(requester), Favours) ?? [])
  const changed = new Set<PeerId>()

  function set(requester: PeerId, favours: Favour[]): void {
    book.delete(requester)
    book.set(requester, favours)
    changed.add(requester)
    const oldest = book.keys().next().value
    if (book.size > REQUESTERS_MAX && oldest !== undefined) forget(oldest)
  }

  function dropThanks(requester: PeerId, jobs: readonly JobId[]): void {
    for (const job of jobs) settings.write(thanksKey(requester, job), undefined)
  }

  function forget(requester: PeerId): void {
    const favours = book.get(requester) ?? []
    dropThanks(requester, thankedJobs(favours))
    book.delete(requester)
    changed.delete(requester)
    settings.write(listKey(requester), undefined)
    settings.write(REQUESTERS_KEY, [...book.keys()])
  }

  function write(): void {
    if (changed.size === 0) return
    for (const requester of changed) settings.write(listKey(requester), book.get(requester))
    settings.write(REQUESTERS_KEY, [...book.keys()])
    changed.clear()
  }

  return {
    requesters: () => [...book.keys()],
    of: (requester) => book.get(requester) ?? [],
    count(requester, work) {
      const before = book.get(requester) ?? []
      const isNew = before.every(({ job }) => job !== work.job)
      const { favours, dropped } = countWork(before, work)
      set(requester, favours)
      dropThanks(requester, dropped)
      // Thanks may come soon, also after a crash; later counts are figures for people.
      if (isNew) write()
    },
    thank(requester, { job_id: job, note, picture }, atMs) {
      const before = book.get(requester) ?? []
      const judged = judgeThanks(before, job)
      if (judged !== 'new') return judged
      const favours = withThanks(before, job, atMs)
      const kept: KeptThanks = {
        ...(note === undefined ? {} : { note }),
        ...(picture === undefined ? {} : { picture: Buffer.from(picture).toString('base64') }),
      }
      settings.write(thanksKey(requester, job), kept)
      const waiting = favours.filter(({ thanks }) => thanks?.isSeen === false)
      const oldestFirst = waiting.sort((a, b) => (a.thanks?.atMs ?? 0) - (b.thanks?.atMs ?? 0))
      const tooMany = oldestFirst.slice(0, Math.max(0, waiting.length - KEPT_OF_ONE_MAX))
      dropThanks(
        requester,
        tooMany.map((favour) => favour.job),
      )
      set(requester, favours)
      write()
      return judged
    },
    thanksFor: (requester, job) => settings.read(thanksKey(requester, job), KeptThanks) ?? {},
    putAway(untilMs) {
      for (const [requester, favours] of [...book]) {
        const after = putAway(favours, untilMs)
        dropThanks(requester, thankedJobs(after.filter(({ thanks }) => thanks?.isSeen === true)))
        book.set(requester, after)
        changed.add(requester)
      }
      write()
    },
    forget,
    write,
  }
}

function thankedJobs(favours: readonly Favour[]): JobId[] {
  return favours.filter(({ thanks }) => thanks !== undefined).map(({ job }) => job)
}
