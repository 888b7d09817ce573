import type { MachineSample } from '../protocol/machine-sample.ts'

/** One graphics card. */
export interface GpuInfo {
  readonly name: string
  readonly vendor: string
  /** Absent where nothing on the machine tells. */
  readonly vramBytes?: number
}

/** The facts of this machine. */
export interface HardwareInfo {
  readonly hostname: string
  readonly os: string
  readonly cpu: {
    readonly name: string
    readonly cores: number
    readonly physicalCores: number
    readonly speedGhz: number
  }
  readonly ramBytes: number
  readonly disk: { readonly path: string; readonly freeBytes: number; readonly totalBytes: number }
  readonly gpus: readonly GpuInfo[]
  /** `linkMbps` is absent where nothing on the machine tells. */
  readonly network: { readonly linkMbps?: number }
  readonly measuredAtMs: number
}

/** Looks at the machine once and remembers. */
export interface Hardware {
  /** Measures on the first call; later calls return the same until `refresh`. */
  probe(options: { signal: AbortSignal }): Promise<HardwareInfo>
  refresh(options: { signal: AbortSignal }): Promise<HardwareInfo>
  /** How full the data folder's disk is at this moment; undefined where it cannot be asked. Costs well below a millisecond. */
  disk(options: { signal: AbortSignal }): Promise<DiskSpace | undefined>
}

/** Space on a disk, for users without privileges. */
export interface DiskSpace {
  readonly freeBytes: number
  readonly totalBytes: number
}

/**
 * One source of what the machine is doing: a tool, a file of the system, the desktop shell. What it cannot tell it
 * leaves out; what it tells wins over the sources after it.
 */
export interface MachineReader {
  /** Never takes long: the signal ends it, and what is not there by then is left out. May reject: then it told nothing. */
  read(signal: AbortSignal): Promise<Partial<MachineSample>>
}

/** The machine's present load and state, from all sources. */
export interface MachineWatch {
  /** The present readings. Never rejects; what fails or takes too long is left out. One reading at a time. */
  sample(signal: AbortSignal): Promise<MachineSample>
}

/** Measures what processes use. */
export interface ProcessMeter {
  /** Processor time that these have used since each began, and memory that they hold, all together. */
  read(pids: readonly number[]): Promise<{ readonly cpuMs: number; readonly ramBytes: number }>
}
