import type { Clock } from '../ports/clock.ts'
import type { MachineReader, MachineWatch } from '../ports/hardware.ts'
import type { MachineSample } from '../protocol/machine-sample.ts'

/** A source that has not told by then tells nothing this time; the tools take some milliseconds. */
const READ_WITHIN_MS = 2_000

/**
 * Puts together what several sources tell, the first that tells something winning. A source that fails or hangs is
 * left out, and not asked again before it has ended; who asks while a reading goes on gets that one.
 */
export function createMachineWatch(options: {
  readonly readers: readonly MachineReader[]
  readonly clock: Clock
}): MachineWatch {
  const sources = options.readers.map((reader) => ({ reader, isBusy: false }))
  let reading: Promise<MachineSample> | undefined

  async function ask(source: (typeof sources)[number], signal: AbortSignal): Promise<Partial<MachineSample>> {
    if (source.isBusy) return {}
    source.isBusy = true
    const told = Promise.resolve(source.reader.read(signal))
      .catch((): Partial<MachineSample> => ({}))
      .finally(() => (source.isBusy = false))
    const late = new Promise<Partial<MachineSample>>((resolve) => {
      signal.addEventListener('abort', () => resolve({}), { once: true })
    })
    return Promise.race([told, late])
  }

  async function readAll(signal: AbortSignal): Promise<MachineSample> {
    const deadline = new AbortController()
    const endWait = options.clock.after(READ_WITHIN_MS, () => deadline.abort())
    const both = AbortSignal.any([signal, deadline.signal])
    try {
      const told = await Promise.all(sources.map((source) => ask(source, both)))
      return Object.assign({}, ...told.reverse()) as MachineSample
    } finally {
      endWait()
      deadline.abort()
    }
  }

  return {
    sample(signal) {
      if (signal.aborted) return Promise.resolve({})
      reading ??= readAll(signal).finally(() => (reading = undefined))
      return reading
    },
  }
}
