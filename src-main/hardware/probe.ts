import { arch, availableParallelism, cpus, hostname, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../ports/clock.ts'
import type { Hardware, HardwareInfo } from '../ports/hardware.ts'
import { refuse } from '../protocol/fault.ts'
import { readCache, writeCache } from './cache.ts'
import { mergeGraphics } from './graphics.ts'
import { machineTools, type Tools } from './tools.ts'
import { parseVulkanInfo } from './vulkan.ts'

/** A tool that has not answered by then does not count. They take a tenth of a second. */
const TOOL_WITHIN_MS = 5_000

/** Options of the probe. */
export interface HardwareOptions {
  /** The data folder: its disk is the one that is measured, and the measurement is kept there. */
  readonly folder: string
  readonly clock: Clock
  readonly tools?: Tools
}

/**
 * Looks at this machine. What Node knows is always there; names, physical cores and graphics come from tools that
 * may be missing, fail or hang, and then are left out (and looked for again at the next start).
 */
export function createHardware({ folder, clock, tools = machineTools }: HardwareOptions): Hardware {
  const path = join(folder, 'hardware.json')
  let known: Promise<HardwareInfo> | undefined

  async function remembered(signal: AbortSignal): Promise<HardwareInfo> {
    const { cores, ramBytes } = basics()
    const cached = await readCache(path, { hostname: hostname(), ramBytes, cores, nowMs: clock.nowMs() })
    if (cached === undefined) return measure(signal)
    // How much is free changes by the minute, and asking costs nothing.
    const disk = await answer(tools.disk(folder))
    return disk === undefined ? cached : { ...cached, disk: { path: folder, ...disk } }
  }

  async function measure(signal: AbortSignal): Promise<HardwareInfo> {
    const kill = AbortSignal.any([signal, AbortSignal.timeout(TOOL_WITHIN_MS)])
    const [system, controllers, vulkan, disk, network] = await Promise.all([
      answer(tools.system()),
      answer(tools.controllers()),
      // Most machines have none: that is an answer, too.
      answer(tools.vulkanInfo(kill).catch(() => '')),
      answer(tools.disk(folder)),
      answer(tools.network()),
    ])
    if (signal.aborted) refuse('cancelled', 'looking at the hardware was cancelled')
    const found = { system, controllers, vulkan, disk, network }
    const info = infoOf(found, { folder, nowMs: clock.nowMs() })
    const isWhole = Object.values(found).every((answer) => answer !== undefined)
    if (isWhole) await writeCache(path, info)
    return info
  }

  /** A tool's answer; undefined when it fails or does not answer in time. */
  async function answer<T>(asked: Promise<T>): Promise<T | undefined> {
    const late = Promise.withResolvers<undefined>()
    const endWait = clock.after(TOOL_WITHIN_MS, () => late.resolve(undefined))
    try {
      return await Promise.race([asked, late.promise])
    } catch {
      return undefined
    } finally {
      endWait()
    }
  }

  /** One measurement at a time; one that failed (it was cancelled) is not remembered. */
  function keep(measurement: Promise<HardwareInfo>): Promise<HardwareInfo> {
    known = measurement
    measurement.catch(() => {
      if (known === measurement) known = undefined
    })
    return measurement
  }

  return {
    probe: ({ signal }) => known ?? keep(remembered(signal)),
    refresh: ({ signal }) => keep(measure(signal)),
    async disk({ signal }) {
      const space = await answer(tools.disk(folder))
      return signal.aborted ? undefined : space
    },
  }
}

/** The answers of the tools; undefined for one that failed or was late. */
interface ToolAnswers {
  readonly system: Awaited<ReturnType<Tools['system']>> | undefined
  readonly controllers: Awaited<ReturnType<Tools['controllers']>> | undefined
  readonly vulkan: string | undefined
  readonly disk: Awaited<ReturnType<Tools['disk']>> | undefined
  readonly network: Awaited<ReturnType<Tools['network']>> | undefined
}

/** The machine as the tools describe it, and as Node knows it where they gave no answer. */
function infoOf(
  { system, controllers, vulkan = '', disk, network = {} }: ToolAnswers,
  { folder, nowMs }: { readonly folder: string; readonly nowMs: number },
): HardwareInfo {
  const { freeBytes, totalBytes } = disk ?? { freeBytes: 0, totalBytes: 0 }
  return {
    hostname: hostname(),
    os: system?.os ?? `${type()} ${release()} (${arch()})`,
    cpu: processorOf(system),
    ramBytes: basics().ramBytes,
    disk: { path: folder, freeBytes, totalBytes },
    gpus: mergeGraphics(parseVulkanInfo(vulkan), controllers ?? []),
    network,
    measuredAtMs: nowMs,
  }
}

function processorOf(system: ToolAnswers['system']): HardwareInfo['cpu'] {
  const { cores, cpuName } = basics()
  return {
    name: system?.cpuName ?? cpuName,
    cores,
    physicalCores: Math.min(cores, system?.physicalCores ?? cores),
    speedGhz: system?.speedGhz ?? (cpus()[0]?.speed ?? 0) / 1_000,
  }
}

/** The facts that Node knows by itself, within the limits that a container sets. */
function basics(): { cores: number; ramBytes: number; cpuName: string } {
  const limit = process.constrainedMemory()
  const total = totalmem()
  return {
    cores: availableParallelism(),
    ramBytes: limit > 0 && limit < total ? limit : total,
    cpuName: cpus()[0]?.model.trim() ?? 'unknown',
  }
}
