import type { LoadResult } from '../../../../../wasm/path-trace/kernel.ts'
import {
  type RenderParams,
  type UnitRegion,
  unitRegion,
} from '../../../../protocol/job-kinds/render-tasks.ts'
import type { MeteredKernel } from '../metered-kernel.ts'

/** One unit to render: what names the scene that is built for it, the parameters, and the unit's number. */
interface RenderUnit {
  /** Whose job it is. Callers that cannot tell jobs apart leave it out: then the scene alone decides. */
  readonly job?: string
  readonly scene: string
  readonly params: RenderParams
  readonly index: number
}

/** A unit's film, in memory of its own, with the fuel that its rows took and the pages that the kernel has. */
export interface RenderedUnit {
  readonly kind: 'film'
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly fuel: number
  readonly pages: number
}

/** A rendered unit, or why there is none. */
export type RenderUnitResult =
  | RenderedUnit
  | Exclude<LoadResult, { kind: 'loaded' }>
  | { readonly kind: 'bad-unit'; readonly message: string }

/** Renders units one at a time, in one worker. */
export interface RenderUnitRunner {
  /**
   * Renders a unit. `load` is asked to put the scene into a new kernel only where it is not loaded already.
   * `afterRow` hears how many rows of the tile are done, and the fuel that they took. What `load` and the kernel throw (a trap, no fuel left) comes
   * through, and the next unit starts afresh. One unit at a time.
   */
  run(
    unit: RenderUnit,
    load: (kernel: MeteredKernel) => LoadResult | Promise<LoadResult>,
    afterRow?: (rows: number, fuel: number) => void,
  ): Promise<RenderUnitResult>
  /** Forgets the scene that is loaded, and with it the kernel's memory. */
  release(): void
}

/**
 * A runner over kernels that `instantiate` makes.
 *
 * It keeps one kernel with one scene and its hierarchy, for units of one job: a unit of another job gets a
 * new kernel even if its scene is the same, so that nothing of one requester's is ever in reach of another's.
 */
export function createRenderUnit(instantiate: () => MeteredKernel): RenderUnitRunner {
  let loaded:
    { readonly job: string | undefined; readonly scene: string; readonly kernel: MeteredKernel } | undefined
  return {
    async run({ job, scene, params, index }, load, afterRow) {
      let region: UnitRegion
      try {
        region = unitRegion(params, index)
      } catch (error) {
        if (error instanceof RangeError) return { kind: 'bad-unit', message: error.message }
        throw error
      }
      const held = loaded !== undefined && loaded.job === job && loaded.scene === scene ? loaded : undefined
      // Until the unit is done the kernel counts as lost: a trap in the middle leaves it in no known state.
      loaded = undefined
      const kernel = held?.kernel ?? instantiate()
      if (held === undefined) {
        const result = await load(kernel)
        if (result.kind !== 'loaded') return result
      }
      const { width, height, bounces, clamp } = params
      const frame = { width, height, bounces, ...(clamp === undefined ? {} : { clamp }) }
      const fuelBefore = kernel.rowFuel()
      const heard = (rows: number): void => afterRow?.(rows, kernel.rowFuel() - fuelBefore)
      const bytes = Uint8Array.from(kernel.renderTile(region, frame, heard))
      loaded = { job, scene, kernel }
      return { kind: 'film', bytes, fuel: kernel.rowFuel() - fuelBefore, pages: kernel.pages() }
    },
    release() {
      loaded = undefined
    },
  }
}
