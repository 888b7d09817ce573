import * as measures from '../measures.ts'
import { shapeLines, type LineConditions } from '../line-shaper.ts'
import { listenIn, probe } from '../probe.ts'
import type { Scenario } from '../scenario.ts'

const PORT = 4_001
const DELAY_MS = 150
const UNITS = 40
const UNIT_MS = 500
const DONE_WITHIN_MS = 180_000

const shaping: Scenario = {
  name: 'the lab: a shaped line is slow, and hides no caller',
  wanted: `an answer after ${4 * DELAY_MS} ms or more, the caller's own address seen`,
  async run({ internet }) {
    const [a, b] = [await internet.publicHost('a'), await internet.publicHost('b')]
    await listenIn(a.namespace, '0.0.0.0', PORT)
    // Twice the delay: what the listener says travels once, and the line takes the call at once.
    await shapeLines(internet.namespace, { seed: 1, delay_ms: 4 * DELAY_MS })
    const startMs = performance.now()
    const seen = await probe(b.namespace, 'tcp', a.site.address(), String(PORT), '0')
    const tookMs = performance.now() - startMs
    return {
      met: seen.startsWith(`${b.site.address()} `) && tookMs >= 4 * DELAY_MS,
      measured: `seen as ${seen} after ${tookMs.toFixed(0)} ms`,
      figures: {},
    }
  },
}

function jobOver(name: string, conditions: Partial<LineConditions>): Scenario {
  return {
    name,
    wanted: `${UNITS} units verified, no peer blamed`,
    async run(stage) {
      const { internet } = stage
      const [ann, bob] = await Promise.all([
        stage.startPeer({ name: 'Ann', host: await internet.publicHost('ann') }),
        stage.startPeer({ name: 'Bob', host: await internet.publicHost('bob') }),
      ])
      await shapeLines(internet.namespace, { seed: 1 + Math.floor(stage.dice() * 1e6), ...conditions })
      await measures.pair(ann, bob)
      await measures.untilMeasured([ann, bob])
      const job = await measures.submitWaiting(ann, UNITS, UNIT_MS)
      const tookMs = await measures.timeUntil(() => measures.isVerified(ann, job), DONE_WITHIN_MS)
      const { verified, retried } = await measures.statusOf(ann, job)
      const blame = await measures.blameOf(ann, bob)
      return {
        met: tookMs !== undefined && blame.units === 0,
        measured: `${verified}/${UNITS} verified: ${measures.seconds(tookMs, DONE_WITHIN_MS)}; ${retried} given again; blamed: ${blame.words}`,
        figures: { verified, retried, blame: blame.units },
      }
    },
  }
}

const slow = jobOver('a job over lines of 150–250 ms and 250 kB/s', {
  delay_ms: DELAY_MS,
  jitter_ms: 100,
  bytes_per_s: 250e3,
})

const faulty = jobOver('a job over lines of which some stall 1–20 s, are reset or stay half open', {
  delay_ms: 20,
  stalling: 0.3,
  resetting: 0.3,
  halfOpening: 0.3,
})

/** Lines that are slow or faulty. */
export const scenarios: readonly Scenario[] = [shaping, slow, faulty]
