import { z } from 'zod'
import { MomentMs } from '../protocol/quantities.ts'
import { Attempt } from '../protocol/receipt.ts'
import { UnitIndex } from '../protocol/work.ts'

/** When something happened, by this peer's clock; the only time that `step` knows. */
export const At = z.object({ at_ms: MomentMs })

/** Units by number, with the attempt that is meant. */
export const UnitAttempts = z.array(z.object({ unit_index: UnitIndex, attempt: Attempt }))
