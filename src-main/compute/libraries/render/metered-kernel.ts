import { type PathLike, readFileSync } from 'node:fs'
import { type KernelExports, type PathTraceKernel, wrapKernel } from '../../../../wasm/path-trace/kernel.ts'
import { meterModule } from '../../metering/meter.ts'
import { instantiateMetered, type MeteredInstance } from '../../metering/metered-instance.ts'
import { kernelModule } from './algorithms.ts'

/** WebAssembly's unit of memory. */
export const PAGE_BYTES = 65_536
/** All pages that the kernel's own maximum (2 GiB) allows. */
const MEMORY_PAGES_MAX = 32_768

/** The path tracer with a meter, as strangers' modules have it: one unit of account for all that peers do. */
export interface MeteredKernel extends PathTraceKernel {
  /**
   * Fuel of the rows rendered so far. What comes before them (checking the scene, building its tree, clearing the
   * film) is not in it: a worker does that once for many units, and a unit's price must not depend on who else's
   * units it ran.
   */
  rowFuel(): number
  /** Pages of 64 KiB that the kernel's memory has now. */
  pages(): number
}

/**
 * Compiles the metered kernel; the function makes instances. NaN bits are left as the machine makes them: the film is
 * whole numbers, and what is not finite adds nothing to it.
 *
 * @param file another build of the kernel
 */
export function compileKernel(file: PathLike = kernelModule): () => MeteredKernel {
  const { bytes } = meterModule(readFileSync(file), {
    memoryPagesMax: MEMORY_PAGES_MAX,
    tableElementsMax: 0,
    nanBits: 'untouched',
  })
  const module = new WebAssembly.Module(bytes)
  // This program's own code ends by itself; its wall clock is watched like every module's.
  return () => wrapMetered(instantiateMetered(module, {}, { fuel: Number.MAX_SAFE_INTEGER }))
}

function wrapMetered(instance: MeteredInstance): MeteredKernel {
  const exports = instance.exports as unknown as KernelExports
  let fuel = 0
  const charge = (render: () => void) => {
    const before = instance.fuelUsed()
    render()
    fuel += instance.fuelUsed() - before
  }
  const kernel = wrapKernel({
    ...exports,
    renderRow: (y, s0, s1) => charge(() => exports.renderRow(y, s0, s1)),
    featureRow: (y, s0, s1) => charge(() => exports.featureRow(y, s0, s1)),
  })
  return {
    loadScene: (bytes) => instance.guard(() => kernel.loadScene(bytes)),
    loadDescription: (scene, afterPacking) =>
      instance.guard(() => kernel.loadDescription(scene, afterPacking)),
    renderTile: (region, frame, afterRow) => instance.guard(() => kernel.renderTile(region, frame, afterRow)),
    renderFeatures: (region, frame, afterRow) =>
      instance.guard(() => kernel.renderFeatures(region, frame, afterRow)),
    rays: () => kernel.rays(),
    rowFuel: () => fuel,
    pages: () => exports.memory.buffer.byteLength / PAGE_BYTES,
  }
}
