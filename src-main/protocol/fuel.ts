import { z } from 'zod'

/**
 * Units of deterministic fuel: about one simple instruction each (compute/metering/costs.ts). An integer that both
 * JavaScript and the ledger hold exactly: 2⁵³ units are a week of one core.
 */
export const Fuel = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
export type Fuel = z.infer<typeof Fuel>
