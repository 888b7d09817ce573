import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import type { Controller } from './graphics.ts'
import { linuxLinkMbps } from './linux/linux-link.ts'

/** Shows what Vulkan knows of the machine; of the package vulkan-tools, where a user has installed it. */
const VULKANINFO = 'vulkaninfo'
/** `vulkaninfo` prints less than a megabyte for eight cards. */
const VULKANINFO_BYTES_MAX = 8 << 20

/** The names of the processor and the system, where a tool tells them. */
export interface SystemFacts {
  readonly os?: string
  readonly cpuName?: string
  readonly physicalCores?: number
  readonly speedGhz?: number
}

/** A link faster than this is a driver's mistake: no network card of a PC has a terabit. */
const LINK_MBPS_MAX = 1_000_000

/** The network interface of the default route. */
export interface NetworkFacts {
  /** Megabits a second that the link was negotiated at; absent where the driver does not tell, as in most virtual machines. */
  readonly linkMbps?: number
}

/** The tools that look at a machine. Each may fail or hang; the probe bears both. */
export interface Tools {
  system(): Promise<SystemFacts>
  controllers(): Promise<readonly Controller[]>
  /** The text of `vulkaninfo`. */
  vulkanInfo(signal: AbortSignal): Promise<string>
  disk(folder: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>
  network(): Promise<NetworkFacts>
}

/** The real ones. systeminformation (10 MB) is loaded only when it is asked. */
export const machineTools: Tools = {
  system: async () => {
    const { default: information } = await import('systeminformation')
    const [cpu, os] = await Promise.all([information.cpu(), information.osInfo()])
    const name = `${cpu.manufacturer} ${cpu.brand}`.trim()
    return {
      ...(name === '' ? {} : { cpuName: name }),
      ...(cpu.physicalCores > 0 ? { physicalCores: cpu.physicalCores } : {}),
      ...(cpu.speed > 0 ? { speedGhz: cpu.speed } : {}),
      ...(os.distro === '' ? {} : { os: `${os.distro} ${os.release} (${os.arch})` }),
    }
  },
  controllers: async () => {
    const { default: information } = await import('systeminformation')
    const { controllers } = await information.graphics()
    return controllers.map(({ vendor, model, vram }) => ({
      vendor,
      model,
      // In MiB; 0 or null where it is not known.
      ...(vram !== null && vram > 0 ? { vramBytes: vram * 2 ** 20 } : {}),
    }))
  },
  vulkanInfo: (signal) =>
    new Promise((resolve, reject) => {
      // Without a display: it would open a window to ask about presenting.
      const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = process.env
      const options = { signal, env, maxBuffer: VULKANINFO_BYTES_MAX, killSignal: 'SIGKILL' } as const
      execFile(VULKANINFO, [], options, (error, stdout) => {
        // It may print all devices and then fail for want of a display.
        if (error !== null && stdout === '')
          reject(new Error('vulkaninfo does not run here', { cause: error }))
        else resolve(stdout)
      })
    }),
  disk: async (folder) => {
    const { bavail, blocks, bsize } = await statfs(folder)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  },
  network: async () => {
    if (process.platform === 'linux') {
      const speed = await linuxLinkMbps()
      return linkFacts(speed === undefined ? undefined : { speed })
    }
    const { default: information } = await import('systeminformation')
    const found = await information.networkInterfaces('default')
    return linkFacts(found)
  },
}

/** A link as systeminformation tells of it; drivers that do not know its speed say null, -1 or 0. */
interface FoundLink {
  readonly speed?: number | null
}

/** Reads the speed of the first of the links that were found, or of the only one. */
export function linkFacts(found: FoundLink | readonly FoundLink[] | undefined): NetworkFacts {
  const [link] = [found].flat()
  const mbps = link?.speed
  const isKnown = typeof mbps === 'number' && mbps > 0 && mbps <= LINK_MBPS_MAX
  return isKnown ? { linkMbps: mbps } : {}
}
