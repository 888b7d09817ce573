import type { OwnMachine } from '../../peer/event.ts'
import type { BlobFetcher } from '../../ports/blob-fetcher.ts'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Hardware } from '../../ports/hardware.ts'
import { FaultError } from '../../protocol/fault.ts'
import { amount, RESOURCE_DIMENSIONS, type ComputeResource } from '../../protocol/resource.ts'
import { machineResources } from './machine-resources.ts'
import type { PeerRuntime } from '../peer-runtime.ts'

/** How often what the machine has is looked at again: disks fill within minutes. */
const LOOK_EVERY_MS = 30_000
/** Amounts that changed by less than this share are not told again; each telling is published. */
const CHANGE_SHARE = 0.1

/** Keeps what the peer knows of its machine up to date. */
export interface ResourceWatch {
  /** The machine's resources at this moment. @throws FaultError as `Hardware.probe` does */
  resources(signal: AbortSignal): Promise<ComputeResource>
  /** Looks again from time to time, and when the user changes limits. */
  start(): void
  stop(): void
}

/** The ports that the watch reads. */
export interface ResourceWatchDependencies {
  readonly runtime: Pick<PeerRuntime, 'state' | 'dispatch' | 'onNotices'>
  readonly hardware: Hardware
  readonly blobs: Pick<BlobStore, 'usage'>
  readonly fetcher: Pick<BlobFetcher, 'rates'>
  readonly clock: Clock
  /** A defect of ours that need not end the peer. */
  readonly report: (error: unknown) => void
}

/** Creates it; nothing happens before `start`, and nothing is told before the machine was measured. */
export function createResourceWatch(dependencies: ResourceWatchDependencies): ResourceWatch {
  const { runtime, hardware, blobs, clock } = dependencies
  const stopping = new AbortController()
  let cancelLook: (() => void) | undefined
  let stopListening: (() => void) | undefined

  async function resources(signal: AbortSignal): Promise<ComputeResource> {
    const info = await hardware.probe({ signal })
    const disk = (await hardware.disk({ signal })) ?? info.disk
    const fastest = Math.max(0, ...dependencies.fetcher.rates().values())
    return machineResources(info, {
      disk,
      blobs: blobs.usage(),
      fastestBytesPerS: fastest > 0 ? fastest : undefined,
    })
  }

  async function look(): Promise<void> {
    const now = await resources(stopping.signal)
    const { machine, capabilities: algorithms } = runtime.state.view
    if (machine === undefined || isAbout(machine.resources, now) || stopping.signal.aborted) return
    const changed: OwnMachine = { ...machine, resources: now }
    await runtime.dispatch({
      kind: 'capabilities-measured',
      at_ms: clock.nowMs(),
      algorithms,
      machine: changed,
    })
  }

  /** A look that failed is repeated soon; nothing is told of a peer that stops. */
  function lookSafely(): void {
    look().catch((error: unknown) => {
      if (!stopping.signal.aborted && !(error instanceof FaultError)) dependencies.report(error)
    })
  }

  function later(): void {
    cancelLook = clock.after(LOOK_EVERY_MS, () => {
      lookSafely()
      later()
    })
  }

  return {
    resources,
    start() {
      stopListening = runtime.onNotices((notices) => {
        if (notices.some(({ kind }) => kind === 'limits-changed')) lookSafely()
      })
      later()
    },
    stop() {
      stopping.abort()
      cancelLook?.()
      stopListening?.()
    },
  }
}

/** Whether amounts are so alike that requesters would decide the same. One that appears or goes is a change. */
function isAbout(before: ComputeResource, now: ComputeResource): boolean {
  return RESOURCE_DIMENSIONS.every((dimension) => {
    const [was, is] = [amount(before, dimension), amount(now, dimension)]
    if ((was === 0) !== (is === 0)) return false
    return Math.abs(is - was) <= CHANGE_SHARE * was
  })
}
