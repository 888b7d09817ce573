import { loadavg } from 'node:os'
import { openTestbed, type Testbed } from './testbed.ts'
import { openInternet, type Internet } from './internet.ts'
import { createDice } from './line-shaper.ts'
import { startLabPeer, type LabPeer, type LabPeerOptions } from './peer.ts'

/** Numbers and words that a row measured, by their names. */
export type Figures = Readonly<Record<string, number | string | boolean>>

/** The outcome of a scenario. */
export interface Outcome {
  readonly met: boolean
  /** In a few words, for the table. */
  readonly measured: string
  readonly figures: Figures
}

/** A row of the lab's table. */
export interface Scenario {
  readonly name: string
  readonly wanted: string
  /** Which part of the program is not there yet: a row that is missed for this is no failure of the run. */
  readonly lacks?: string
  /** A program besides those of the whole lab, without which the row is skipped. */
  readonly needs?: 'miniupnpd' | 'tcpdump'
  run(stage: Stage): Promise<Outcome>
}

/** The testbed, the internet and the peers of one scenario. All of it is removed when the scenario is over. */
export interface Stage {
  readonly testbed: Testbed
  readonly internet: Internet
  /** How long the long part of a scenario is to take, where the user has said so. */
  readonly seconds: number | undefined
  /** So many times the wanted time something may take and the row still be met. */
  readonly slack: number
  /** 0 to 1, the same at each run of one seed. */
  readonly dice: () => number
  startPeer(options: LabPeerOptions): Promise<LabPeer>
}

/** The choices of the lab's user. */
export interface StageOptions {
  readonly seed: number
  readonly seconds?: number
  /** 1 where times are measured (when absent); more where only what happens counts, on a machine that is busy. */
  readonly slack?: number
}

/** A scenario's row of the table. */
export interface Row {
  readonly name: string
  readonly wanted: string
  readonly lacks?: string
  readonly outcome: Outcome
  readonly took_s: number
  /** Programs that wanted a processor at its end, as an average of the last minute. */
  readonly load: number
}

/** Runs a scenario, and removes all that it made. @returns undefined when it was told to stop */
export async function playScenario(
  scenario: Scenario,
  options: StageOptions,
  signal?: AbortSignal,
): Promise<Row | undefined> {
  const startMs = performance.now()
  const testbed = await openTestbed()
  const peers: Promise<LabPeer>[] = []
  let internet: Internet | undefined
  try {
    internet = await openInternet(testbed)
    const stage: Stage = {
      testbed,
      internet,
      seconds: options.seconds,
      slack: options.slack ?? 1,
      dice: createDice(options.seed),
      startPeer(peerOptions) {
        const peer = startLabPeer(testbed.folder, peerOptions)
        peers.push(peer)
        // One that is ended while it starts, since the lab is told to stop, is looked at in the end.
        peer.catch(() => undefined)
        return peer
      },
    }
    const outcome = await Promise.race([played(scenario, stage), aborted(signal)])
    if (outcome === undefined) return undefined
    const { name, wanted, lacks } = scenario
    const took_s = (performance.now() - startMs) / 1_000
    return {
      name,
      wanted,
      ...(lacks === undefined ? {} : { lacks }),
      outcome,
      took_s,
      load: loadavg()[0] ?? 0,
    }
  } finally {
    internet?.close()
    // All processes end with it, so that peers that are just starting are not waited for.
    await testbed.close()
    for (const peer of await Promise.allSettled(peers)) {
      if (peer.status === 'fulfilled') await peer.value.close()
    }
  }
}

/** A scenario that breaks off is one that is missed, and says why. */
async function played(scenario: Scenario, stage: Stage): Promise<Outcome> {
  try {
    return await scenario.run(stage)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { met: false, measured: `broke off: ${why.split('\n')[0] ?? ''}`, figures: { broke_off: why } }
  }
}

function aborted(signal: AbortSignal | undefined): Promise<undefined> {
  return new Promise((resolve) => {
    const end = () => resolve(undefined)
    if (signal?.aborted === true) end()
    signal?.addEventListener('abort', end, { once: true })
  })
}
