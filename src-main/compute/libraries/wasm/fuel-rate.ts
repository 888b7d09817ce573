import { threadCpuMs } from '../../worker/cpu-time.ts'
import { instantiateMetered } from '../../metering/metered-instance.ts'
import { meterModule } from '../../metering/meter.ts'

/**
 * The module that a machine's speed is measured with: integer arithmetic over a page of memory. `fuel-rate.test.ts`
 * holds it as text, from which these bytes come.
 */
export const MIX_MODULE = Buffer.from(
  'AGFzbQEAAAABBgFgAX8BfwMCAQAFAwEAAQcQAgZtZW1vcnkCAANtaXgAAApaAVgBA38DQEEAIQEDQCABIAIgASgCAHNBsfPd8XlsQQ13IgI2AgAgASADIANBB3ZzIAEoAgRqIgM2AgQgAUEIaiIBQYCABEkNAAsgAEEBayIADQALIAIgA3ML',
  'base64',
)

/** Rounds over the page in one call: a few milliseconds. */
const ROUNDS = 100
/** Fuel that no machine uses up within a measurement. */
const FUEL = Number.MAX_SAFE_INTEGER
/** Systems count a thread's time in steps of up to some milliseconds: in less than this the rate would be by chance. */
const CPU_MS_MIN = 20

/** Units of fuel that metered code uses per second of this thread's time, once V8 has optimised it. */
export function measureFuelRate(budgetMs: number): number {
  const { bytes } = meterModule(MIX_MODULE, { memoryPagesMax: 1, tableElementsMax: 0, nanBits: 'canonical' })
  const instance = instantiateMetered(new WebAssembly.Module(bytes), {}, { fuel: FUEL })
  const { mix } = instance.exports as unknown as { readonly mix: (rounds: number) => number }
  const work = () => instance.guard(() => mix(ROUNDS))
  const untilMs = performance.now() + budgetMs
  // The first half is for the compiler's tiers.
  while (performance.now() < untilMs - budgetMs / 2) work()
  const cpuAtStartMs = threadCpuMs()
  const fuelAtStart = instance.fuelUsed()
  let cpuMs: number
  do {
    work()
    cpuMs = threadCpuMs() - cpuAtStartMs
  } while (cpuMs < CPU_MS_MIN || performance.now() < untilMs)
  return ((instance.fuelUsed() - fuelAtStart) * 1_000) / cpuMs
}
