import { cpuShare } from '../../availability/cpu-share.ts'
import type { Notice } from '../../peer/notice.ts'
import { plannedSlots, slotAt } from '../../peer/sharing/shared-slots.ts'
import type { PeerState } from '../../peer/state.ts'
import type { ComputeHosts, Runner } from '../../ports/runner.ts'
import type { ComputeResource } from '../../protocol/resource.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PeerRuntime } from '../peer-runtime.ts'

const BYTES_PER_GB = 2 ** 30

/** Notices after which something else may be lent, or other units run. */
const TELLING: ReadonlySet<Notice['kind']> = new Set<Notice['kind']>([
  'ticked',
  'sharing-changed',
  'limits-changed',
  'award-taken',
])

/** Holds the processes that work for others to the share that the user lends. */
export interface LentShare {
  stop(): void
}

/** The parts that change when the user sets limits. */
export interface LentShareDependencies {
  readonly runtime: PeerRuntime
  readonly clock: Pick<Clock, 'nowMs'>
  /** Runs others' units, and nothing else. */
  readonly runner: Runner
  readonly hosts: ComputeHosts
  /** Sets how much disk blobs may take; undefined for the peer's default. */
  readonly setQuota: (bytes: number | undefined) => void
  /** Sets how fast bytes may go to and come from people; undefined where that is not bounded. */
  readonly setRates: (rates: { upload: number | undefined; download: number | undefined }) => void
}

/**
 * Keeps what works for others within what is lent at each moment: so many units at once as the slot has cores and
 * memory for, for the part of the time that the user's limit leaves; disk and network too. Own jobs run elsewhere.
 */
export function keepLentShare(dependencies: LentShareDependencies): LentShare {
  const { runtime, clock, runner, hosts } = dependencies
  let limits: PeerState['sharing']['limits'] | undefined

  function apply(): void {
    const { state } = runtime
    if (limits !== state.sharing.limits) {
      limits = state.sharing.limits
      dependencies.setQuota(limits.disk_bytes)
      dependencies.setRates({ upload: limits.upload_bytes_per_s, download: limits.download_bytes_per_s })
    }
    // Units taken before the hours ended, or before the user stopped sharing, are finished as they began.
    const lent = lentNow(state, clock.nowMs())
    if (lent === undefined) return
    const { workers, duty } = cpuShare(lent.cpu_cores, limits.cpu_percent, hosts.canShareTime)
    const ramBytes = Math.min(lent.ram_gb * BYTES_PER_GB, limits.ram_bytes ?? Number.POSITIVE_INFINITY)
    runner.setConcurrency(Math.min(workers, unitsInMemory(state, ramBytes)))
    hosts.setDuty(duty)
  }

  apply()
  const stop = runtime.onNotices((notices) => {
    if (notices.some(({ kind }) => TELLING.has(kind))) apply()
  })
  return { stop }
}

function lentNow(state: PeerState, nowMs: number): ComputeResource | undefined {
  return slotAt(plannedSlots(state, nowMs), nowMs)?.resources
}

/** How many of the units that others have here fit into memory at once, counting each as the largest; at least one. */
function unitsInMemory({ me, provider: { holdings }, view }: PeerState, ramBytes: number): number {
  let largestGb = 0
  for (const { requester, manifestCid, units } of holdings.values()) {
    if (requester === me) continue
    if (![...units.values()].some(({ status }) => status.state === 'queued')) continue
    largestGb = Math.max(largestGb, view.manifests.get(manifestCid)?.required_resources.ram_gb ?? 0)
  }
  if (largestGb === 0) return Number.MAX_SAFE_INTEGER
  return Math.max(1, Math.floor(ramBytes / (largestGb * BYTES_PER_GB)))
}
