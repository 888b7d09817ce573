/** One graphics card. */
export interface GpuInfo {
  readonly name: string
  readonly vendor: string
  /** Absent where nothing on the machine tells. */
  readonly vramBytes?: number
}

/** What this machine is. */
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
  readonly measuredAtMs: number
}

/** Looks at the machine once and remembers. */
export interface Hardware {
  /** Measures on the first call; later calls return the same until `refresh`. */
  probe(options: { signal: AbortSignal }): Promise<HardwareInfo>
  refresh(options: { signal: AbortSignal }): Promise<HardwareInfo>
}
