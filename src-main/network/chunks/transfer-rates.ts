import type { Clock } from '../../ports/clock.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { TRAFFIC_PEERS_MAX } from '../limits.ts'

/** The half-life of an observation, in time of transfers: a line changes within minutes, not within seconds. */
const HALF_LIFE_MS = 20_000
/** Stretches with fewer bytes tell how long a question takes, not how fast the line is. */
const STRETCH_BYTES_MIN = 128 << 10
/** A stretch that goes on is looked at this often, so that a long transfer is known before it ends. */
const STRETCH_MS_MAX = 1_000

/** How fast blobs come in from each peer, as a decaying average of the time in which something was asked for. */
export interface TransferRates {
  /** Something was asked of a peer; `end` is to follow, with the bytes that came, 0 when none did. */
  begin(peer: PeerId): void
  end(peer: PeerId, bytes: number): void
  /** Bytes a second by peer, of those that enough came from. */
  rates(): ReadonlyMap<PeerId, number>
}

/** One peer's account. Several questions at once share the line, so time counts once however many are open. */
interface Account {
  open: number
  sinceMs: number
  bytes: number
  /** Decaying sums: their quotient is the rate. */
  bytesSum: number
  msSum: number
}

/** Rates of the `TRAFFIC_PEERS_MAX` peers that were asked last. */
export function createTransferRates(clock: Pick<Clock, 'nowMs'>): TransferRates {
  const accounts = new Map<PeerId, Account>()

  /** The peer's account, as the one used last. */
  function accountOf(peer: PeerId): Account {
    const account = accounts.get(peer) ?? { open: 0, sinceMs: 0, bytes: 0, bytesSum: 0, msSum: 0 }
    accounts.delete(peer)
    accounts.set(peer, account)
    if (accounts.size > TRAFFIC_PEERS_MAX) {
      const [oldest] = accounts.keys()
      if (oldest !== undefined) accounts.delete(oldest)
    }
    return account
  }

  return {
    begin(peer) {
      const account = accountOf(peer)
      if (account.open === 0) {
        account.sinceMs = clock.nowMs()
        account.bytes = 0
      }
      account.open++
    },
    end(peer, bytes) {
      const account = accounts.get(peer)
      // Dropped meanwhile, since so many others were asked.
      if (account === undefined || account.open === 0) return
      account.open--
      account.bytes += bytes
      const nowMs = clock.nowMs()
      const tookMs = nowMs - account.sinceMs
      if (account.open > 0 && tookMs < STRETCH_MS_MAX) return
      if (account.bytes >= STRETCH_BYTES_MIN) learn(account, tookMs)
      account.sinceMs = nowMs
      account.bytes = 0
    },
    rates() {
      const known = [...accounts].filter(([, { msSum }]) => msSum > 0)
      return new Map(known.map(([peer, { bytesSum, msSum }]) => [peer, (bytesSum / msSum) * 1_000]))
    },
  }
}

/** Adds a stretch to what is known. A clock that stood still or was set back counts as one millisecond. */
function learn(account: Account, tookMs: number): void {
  const ms = Math.max(1, tookMs)
  const kept = 0.5 ** (ms / HALF_LIFE_MS)
  account.bytesSum = account.bytesSum * kept + account.bytes
  account.msSum = account.msSum * kept + ms
}
