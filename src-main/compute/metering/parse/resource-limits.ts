import { BULK_BYTES_SHIFT, BULK_ELEMENTS_SHIFT, EXPORT, PAGE, SEGMENT, TABLE_ELEMENT } from '../costs.ts'
import type { ParsedModule } from './parsed-module.ts'
import { refuseModule } from '../refusal.ts'

/** Pages of 64 KiB in 4 GiB. */
const PAGES = 65_536

/** How far a module's memory and tables may grow, and what they cost to begin with. */
export interface Resources {
  /** Maximum of the memory, in pages. */
  readonly pages: number
  /** Maximum of each table, in elements. */
  readonly elements: readonly number[]
  /** Units of fuel that instantiation costs. */
  readonly units: number
}

/**
 * Lowers the maxima of memory and tables to what is allowed.
 *
 * The growth of tables is shared out evenly among those that can grow: together they never have more elements than allowed.
 *
 * @throws FaultError `module-refused` when a minimum is over the limit
 */
export function limitResources(
  { memory, tables, exports, data, elements }: ParsedModule,
  limits: { readonly memoryPagesMax: number; readonly tableElementsMax: number },
): Resources {
  const { memoryPagesMax, tableElementsMax } = limits
  const minPages = memory?.min ?? 0
  if (minPages > memoryPagesMax) {
    refuseModule(`memory minimum ${minPages} pages is over the limit ${memoryPagesMax}`)
  }
  const minElements = tables.reduce((sum, { min }) => sum + min, 0)
  if (minElements > tableElementsMax) {
    refuseModule(`table minimum ${minElements} elements is over the limit ${tableElementsMax}`)
  }
  const growing = tables.filter(({ min, max }) => max === undefined || max > min).length
  const share = growing === 0 ? 0 : Math.floor((tableElementsMax - minElements) / growing)
  const units =
    minPages * PAGE +
    minElements * TABLE_ELEMENT +
    exports.length * EXPORT +
    (data.segments + elements.segments) * SEGMENT +
    Math.floor(data.active / 2 ** BULK_BYTES_SHIFT) +
    Math.floor(elements.active / 2 ** BULK_ELEMENTS_SHIFT)
  return {
    pages: Math.min(memory?.max ?? PAGES, memoryPagesMax, PAGES),
    elements: tables.map(({ min, max }) => Math.min(max ?? Infinity, min + share)),
    units,
  }
}
