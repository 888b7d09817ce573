import { z } from 'zod'
import type { Settings } from '../../ports/settings.ts'
import { JobId, PeerId } from '../../protocol/ids.ts'
import { MomentMs } from '../../protocol/quantities.ts'
import { THANKS_PICTURE_BYTES_MAX, ThanksNote, type Thanks } from '../../protocol/thanks.ts'

/** Thanks that wait for people who are away; a list of them fits into one setting. The oldest go first. */
const OWED_MAX = 80
/** For how long: who is away longer has other news. */
const KEPT_MS = 30 * 86_400_000
const LIST_KEY = 'thanks-owed'
const pictureKey = (job: JobId): string => `thanks-picture:${job}`

const Owed = z.object({ peer: PeerId, job: JobId, atMs: MomentMs, note: ThanksNote.exactOptional() })
/** Thanks that a provider does not have yet. */
export type Owed = z.infer<typeof Owed>
const Picture = z.base64().max(2 * THANKS_PICTURE_BYTES_MAX)

/** The thanks that this peer's user gave and that did not arrive yet. */
export interface OwedThanks {
  all(): readonly Owed[]
  /** Owes thanks, each with the picture of its job. */
  add(owed: readonly Owed[], pictures: ReadonlyMap<JobId, Uint8Array>): void
  /** The message that is owed. */
  messageOf(owed: Owed): Thanks
  /** Forgets some: they are taken, refused or of no contact. */
  drop(isDropped: (owed: Owed) => boolean): void
}

/** The owed thanks in a peer's settings. */
export function openOwedThanks(settings: Settings): OwedThanks {
  let list: readonly Owed[] = settings.read(LIST_KEY, z.array(Owed)) ?? []

  function set(next: readonly Owed[]): void {
    const needed = new Set(next.map(({ job }) => job))
    for (const { job } of list) if (!needed.has(job)) settings.write(pictureKey(job), undefined)
    list = next
    settings.write(LIST_KEY, list.length === 0 ? undefined : list)
  }

  return {
    all: () => list,
    add(owed, pictures) {
      // Before the list, so that none is sent without its picture after a crash between the two.
      for (const [job, bytes] of pictures)
        settings.write(pictureKey(job), Buffer.from(bytes).toString('base64'))
      set([...list, ...owed].slice(-OWED_MAX))
    },
    messageOf({ job, note }) {
      const picture = settings.read(pictureKey(job), Picture)
      return {
        job_id: job,
        ...(note === undefined ? {} : { note }),
        ...(picture === undefined ? {} : { picture: new Uint8Array(Buffer.from(picture, 'base64')) }),
      }
    },
    drop(isDropped) {
      const left = list.filter((owed) => !isDropped(owed))
      if (left.length < list.length) set(left)
    },
  }
}

/** Whether thanks are not worth sending any more. */
export function isOver({ atMs }: Owed, nowMs: number): boolean {
  return nowMs - atMs > KEPT_MS
}
