import { z } from 'zod'
import { AtMs, Count, procedure } from './procedure.ts'

/** One graphics card. */
export const GpuInfo = z.strictObject({
  name: z.string(),
  vendor: z.string(),
  /** Absent where it cannot be read. */
  vram_bytes: Count.exactOptional(),
})
export type GpuInfo = z.infer<typeof GpuInfo>

/** The machine's processors, memory, cards and disk. */
export const HardwareInfo = z.strictObject({
  hostname: z.string(),
  os: z.string(),
  cpu: z.strictObject({
    name: z.string(),
    /** Threads that run at once. */
    cores: Count,
    physical_cores: Count,
    speed_ghz: z.number().min(0),
  }),
  ram_bytes: Count,
  /** The disk that holds the data folder. */
  disk: z.strictObject({ path: z.string(), free_bytes: Count, total_bytes: Count }),
  gpus: z.array(GpuInfo),
  /** Megabits a second of the link to the internet; absent where it cannot be read. */
  link_mbps: z.number().positive().exactOptional(),
  measured_at_ms: AtMs,
})
export type HardwareInfo = z.infer<typeof HardwareInfo>

/** The machine. */
export const hardware = {
  /** Measured once and remembered; `refresh` measures again. */
  get: procedure.input(z.strictObject({ refresh: z.boolean().default(false) })).output(HardwareInfo),
}
