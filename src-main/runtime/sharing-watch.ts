import type { RuleReading, SharingNow } from '../availability/sharing-now.ts'

/** What sharing takes at this moment; the contract's shape and units. */
export interface SharingMeters {
  readonly cpu_percent_units: number
  readonly cpu_percent_others?: number
  readonly ram_bytes: number
  readonly disk_bytes: number
  readonly disk_bytes_max: number
  readonly upload_bytes_per_s: number
  readonly download_bytes_per_s: number
}

/** What is known of sharing at this moment, for those who show it. */
export interface SharingWatch {
  /** The same object until something changed. */
  now(): SharingNow
  /** One for each rule, in the rules' order; the same array until something changed. */
  readings(): readonly RuleReading[]
  /** The same object until they were measured anew. */
  meters(): SharingMeters
  /** Calls back after any of the three changed, until the returned function is called. */
  onChange(listener: () => void): () => void
  start(): void
  stop(): Promise<void>
}
