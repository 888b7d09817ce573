/** A port that a router is asked for. `seconds` 0 gives it back. */
export interface MappingRequest {
  readonly internalPort: number
  readonly externalPort: number
  readonly seconds: number
}

/** A port that a router has mapped: where others reach it, and for how long. */
export interface MappedPort {
  readonly host: string
  readonly port: number
  readonly seconds: number
}
