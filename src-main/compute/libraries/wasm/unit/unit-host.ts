import type { ModuleCallParams } from '../../../../protocol/job-kinds/module.ts'
import type { MeteredInstance } from '../../../metering/metered-instance.ts'
import type { LibraryInput, OutputFile } from '../../../library.ts'
import type { HostFunctions } from '../imports.ts'
import type { ModuleMemory } from './module-memory.ts'
import type { OutputSink } from './output-sink.ts'
import type { UnitLog } from './unit-log.ts'

/** A unit's input, as modules read it. */
export type UnitInput = Pick<LibraryInput, 'bytes' | 'readInto' | 'open'>

/** The state that the host functions of one unit work with. */
export interface UnitHost {
  /** The unit's index; 0 where a module runs outside a job. */
  readonly unit: number
  readonly params: ModuleCallParams
  /** Absent where the unit has none: then it is empty. */
  readonly input: UnitInput | undefined
  readonly memory: ModuleMemory
  readonly log: UnitLog
  /** @throws FaultError `fuel-exhausted` */
  readonly charge: (units: number) => void
  readonly progress: (fraction: number) => void
  readonly createSink: () => OutputSink
}

/** A module's side of its ABI: what it may call, and how it is run once. */
export interface ModuleProgram {
  readonly functions: HostFunctions
  /**
   * Runs the unit and returns its output.
   *
   * @param instantiate makes the instance, which runs the module's start function
   * @throws FaultError what the unit ended with
   */
  run(instantiate: () => MeteredInstance): Uint8Array<ArrayBuffer> | OutputFile
}
