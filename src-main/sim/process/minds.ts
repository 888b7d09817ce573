import type { PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { quorum } from '../audit/quorum.ts'

/** The persons of a world that have several keys, and know which units each key was given. */
export interface Minds {
  /** A key of this person was given a unit. */
  begun(mind: number, key: PeerId, manifest: JobManifest, unit: number): void
  /** Whether so many keys of this person were given a unit that they win its consensus together. */
  isMajority(mind: number, manifest: JobManifest, unit: number): boolean
}

/** Persons that know of no unit yet. */
export function createMinds(): Minds {
  const keysOf = new Map<string, Set<PeerId>>()
  const nameOf = (mind: number, { requester_id, job_id }: JobManifest, unit: number): string =>
    `${mind}/${requester_id}/${job_id}/${unit}`
  return {
    begun(mind, key, manifest, unit) {
      const name = nameOf(mind, manifest, unit)
      keysOf.set(name, (keysOf.get(name) ?? new Set<PeerId>()).add(key))
    },
    isMajority(mind, manifest, unit) {
      const keys = keysOf.get(nameOf(mind, manifest, unit))?.size ?? 0
      return keys >= quorum(manifest.verification_redundancy)
    },
  }
}
