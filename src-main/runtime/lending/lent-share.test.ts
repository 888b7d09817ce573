import { expect, test } from 'vitest'
import type { Notice } from '../../peer/notice.ts'
import { initialState, type PeerState } from '../../peer/state.ts'
import type { ComputeHosts, Runner } from '../../ports/runner.ts'
import { JobId, PeerId } from '../../protocol/ids.ts'
import type { SharingLimits } from '../../protocol/pause-rule.ts'
import { keepLentShare } from './lent-share.ts'
import type { PeerRuntime } from '../peer-runtime.ts'

const ME = PeerId.parse(`12D3KooW${'M'.repeat(44)}`)
const ANN = PeerId.parse(`12D3KooW${'A'.repeat(44)}`)
const NOW = Date.parse('2026-11-21T12:00:00Z')

/** A peer that shares four cores and eight gigabytes, and what its processes are held to. */
function lending(canShareTime = true) {
  const state: PeerState = initialState(ME, 'me')
  state.sharing.availability = { kind: 'always', resources: { cpu_cores: 4, ram_gb: 8 }, priority: 0.5 }
  const held: Record<string, unknown> = {}
  let hear: (notices: readonly Notice[]) => void = () => undefined
  const share = keepLentShare({
    runtime: {
      state,
      onNotices: (listener: typeof hear) => {
        hear = listener
        return () => undefined
      },
    } as unknown as PeerRuntime,
    clock: { nowMs: () => NOW },
    runner: { setConcurrency: (workers: number) => (held['workers'] = workers) } as unknown as Runner,
    hosts: { canShareTime, setDuty: (duty: number) => (held['duty'] = duty) } as unknown as ComputeHosts,
    setQuota: (bytes) => (held['quota'] = bytes),
    setRates: ({ upload, download }) => (held['rates'] = [upload, download]),
  })
  const limit = (limits: SharingLimits): void => {
    state.sharing.limits = limits
    hear([{ kind: 'limits-changed' }])
  }
  return { state, held, limit, tick: () => hear([{ kind: 'ticked', atMs: NOW }]), share }
}

test('[A9] others’ units run in as many workers as cores are lent, for the part of the time that is', () => {
  const { held, limit } = lending()
  expect(held).toMatchObject({ workers: 4, duty: 1 })
  limit({ cpu_percent: 60 })
  expect(held).toMatchObject({ workers: 3, duty: 2.4 / 3 })
  limit({ cpu_percent: 100 })
  expect(held).toMatchObject({ workers: 4, duty: 1 })
})

test('[A9] where processes cannot be stopped, fewer workers do it alone', () => {
  const { held, limit } = lending(false)
  limit({ cpu_percent: 60 })
  expect(held).toMatchObject({ workers: 2, duty: 1 })
})

test('[A16] so many of others’ units run at once as fit into the memory that is lent', () => {
  const { state, held, limit, tick } = lending()
  const job = JobId.parse('job')
  const unit = { attempt: 1, awardedAtMs: NOW, status: { state: 'queued' as const } }
  const holding = { requester: ANN, job, manifestCid: 'm' as never, units: new Map([[0, unit]]) }
  state.provider.holdings.set(`${ANN}/job`, holding)
  state.view.manifests.set('m' as never, { required_resources: { cpu_cores: 1, ram_gb: 3 } } as never)
  tick()
  expect(held['workers']).toBe(2)
  limit({ cpu_percent: 100, ram_bytes: 2 ** 30 })
  expect(held['workers']).toBe(1)
  state.provider.holdings.clear()
  tick()
  expect(held['workers']).toBe(4)
})

test('[A16] disk and network are bounded with the limits, and as before without them', () => {
  const { held, limit } = lending()
  expect(held).toMatchObject({ quota: undefined, rates: [undefined, undefined] })
  limit({ cpu_percent: 100, disk_bytes: 5, upload_bytes_per_s: 2_048 })
  expect(held).toMatchObject({ quota: 5, rates: [2_048, undefined] })
  limit({ cpu_percent: 100 })
  expect(held).toMatchObject({ quota: undefined, rates: [undefined, undefined] })
})

test('[A9] what is being finished when nothing is shared any longer runs as it began', () => {
  const { state, held, limit } = lending()
  state.sharing.availability = { kind: 'never' }
  limit({ cpu_percent: 10 })
  expect(held).toMatchObject({ workers: 4, duty: 1 })
})
