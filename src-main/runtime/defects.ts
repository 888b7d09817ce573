import { FaultError, type Fault } from '../protocol/fault.ts'

/** Tells faults, which may happen, from defects of ours, which are reported wherever they happen. */
export interface Defects {
  /** For promises that no caller awaits: a fault is ignored, and a defect is reported with its place. */
  ignoreFaults(place: string): (error: unknown) => void
  /** The fault of anything caught; a defect is reported with its place, and is `internal`. */
  faultOf(error: unknown, place: string): Fault
}

/** Creates it over the log of defects. */
export function createDefects(report: (error: unknown) => void): Defects {
  function faultOf(error: unknown, place: string): Fault {
    if (error instanceof FaultError && error.fault.kind !== 'internal') return error.fault
    report(new Error(`a defect: ${place}`, { cause: error }))
    return { kind: 'internal', message: `a defect of Meshwork here: ${place}` }
  }
  return {
    faultOf,
    ignoreFaults: (place) => (error) => {
      faultOf(error, place)
    },
  }
}
