import type { BlobFetcher } from '../ports/blob-fetcher.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Hardware } from '../ports/hardware.ts'
import type { NetworkChoices } from '../ports/network-choices.ts'
import type { OwnReach } from '../ports/own-reach.ts'
import type { Random } from '../ports/random.ts'
import type { HostWall, Runner } from '../ports/runner.ts'
import type { Settings } from '../ports/settings.ts'
import type { Transport } from '../ports/transport.ts'
import type { Outcome } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { Invite } from '../protocol/messages.ts'
import type { Favours } from '../runtime/favours/favours.ts'
import type { Health } from '../runtime/health.ts'
import type { Nearby } from '../runtime/nearby/nearby.ts'
import type { PeerRuntime } from '../runtime/peer-runtime.ts'
import type { SharingWatch } from '../runtime/statistics/sharing-watch.ts'
import type { Statistics } from '../runtime/statistics/statistics.ts'

/** How peers and invites are written for people. */
export interface Spelling {
  /** A short name made of the key, for telling peers apart. */
  shortNameOf(peer: PeerId): string
  encodeInvite(invite: Invite): { readonly code: string; readonly link: string }
  /** Reads a code or a link as a user pasted it. */
  decodeInvite(text: string): Outcome<Invite>
}

/** The running peer that an API serves. */
export interface ApiDependencies {
  readonly runtime: PeerRuntime
  readonly blobs: BlobStore
  readonly fetcher: BlobFetcher
  readonly runner: Runner
  /** The operating system's wall around compute hosts here. */
  readonly findWall: () => Promise<HostWall>
  readonly hardware: Hardware
  readonly health: Pick<Health, 'troubles'>
  readonly transport: Transport
  readonly ownReach: OwnReach
  readonly network: NetworkChoices
  readonly nearby: Nearby
  readonly settings: Settings
  readonly sharing: SharingWatch
  readonly statistics: Statistics
  readonly favours: Favours
  readonly clock: Clock
  readonly random: Random
  readonly spelling: Spelling
  /** A folder of the API's own for unfinished uploads, on the blob store's disk. Emptied at start. */
  readonly uploadsFolder: string
  /** Meshwork's version. */
  readonly version: string
  /** Which of the two hosts serves this peer. */
  readonly host: 'desktop' | 'headless'
  /** A link that opens the user interface in a browser, once; absent where the host serves none. */
  readonly openLink?: () => { readonly url: string; readonly expires_at_ms: number }
  /** The user asked the peer to stop; must return at once. */
  readonly requestStop: () => void
  /** A defect of our own, for the log; callers only hear that there was one. */
  readonly report: (error: unknown) => void
}
