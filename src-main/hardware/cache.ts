import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { HardwareInfo } from '../ports/hardware.ts'

/** Older measurements are taken again: cards are changed, disks are moved. */
const AGE_MS_MAX = 7 * 24 * 3_600_000

const Count = z.number().min(0).max(Number.MAX_SAFE_INTEGER)
const Text = z.string().max(500)

/** The file's shape; a file of any other is measured again. */
const CachedHardware = z.object({
  version: z.literal(2),
  info: z.object({
    hostname: Text,
    os: Text,
    cpu: z.object({ name: Text, cores: z.int().min(1), physicalCores: z.int().min(1), speedGhz: Count }),
    ramBytes: Count,
    disk: z.object({ path: z.string(), freeBytes: Count, totalBytes: Count }),
    gpus: z.array(z.object({ name: Text, vendor: Text, vramBytes: Count.exactOptional() })).max(64),
    network: z.object({ linkMbps: Count.exactOptional() }),
    measuredAtMs: Count,
  }),
})

/**
 * The last measurement, if it is still of this machine: same name, processors and memory, younger than a week.
 * Anything wrong with the file means that there is none.
 */
export async function readCache(
  path: string,
  now: Pick<HardwareInfo, 'hostname' | 'ramBytes'> & { readonly cores: number; readonly nowMs: number },
): Promise<HardwareInfo | undefined> {
  let info: HardwareInfo
  try {
    info = CachedHardware.parse(JSON.parse(await readFile(path, 'utf8'))).info
  } catch {
    return undefined
  }
  const ageMs = now.nowMs - info.measuredAtMs
  const isSameMachine =
    info.hostname === now.hostname && info.ramBytes === now.ramBytes && info.cpu.cores === now.cores
  return isSameMachine && ageMs >= 0 && ageMs < AGE_MS_MAX ? info : undefined
}

/** Keeps a measurement for the next start. One that cannot be kept is taken again then. */
export async function writeCache(path: string, info: HardwareInfo): Promise<void> {
  const aside = `${path}.${process.pid}.new`
  try {
    await writeFile(aside, `${JSON.stringify({ version: 2, info }, null, 2)}\n`)
    await rename(aside, path)
  } catch {
    // The data folder's own checks speak of a folder that cannot be written.
  }
}
