import type { PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { quorum } from '../audit/quorum.ts'

/** The persons of a world that have several keys, and know which units each key was given. */
export interface Minds {
  /** A key of this person was given a unit. */
  begun(mind: number, key: PeerId, manifest: JobManifest, unit: number): void
  /**
   * Whether this person lies about a unit: where so many of the keys were given it that they win its consensus together.
   * It is decided when the first of them has computed it, and they all keep to it.
   */
  liesAbout(mind: number, manifest: JobManifest, unit: number): boolean
}

/** Persons that know of no unit yet. */
export function createMinds(): Minds {
  const keysOf = new Map<string, Set<PeerId>>()
  const decided = new Map<string, boolean>()
  const nameOf = (mind: number, { requester_id, job_id }: JobManifest, unit: number): string =>
    `${mind}/${requester_id}/${job_id}/${unit}`
  return {
    begun(mind, key, manifest, unit) {
      const name = nameOf(mind, manifest, unit)
      keysOf.set(name, (keysOf.get(name) ?? new Set<PeerId>()).add(key))
    },
    liesAbout(mind, manifest, unit) {
      const name = nameOf(mind, manifest, unit)
      const lies =
        decided.get(name) ?? (keysOf.get(name)?.size ?? 0) >= quorum(manifest.verification_redundancy)
      decided.set(name, lies)
      return lies
    },
  }
}
