import type { LoadResult } from '../../../../../wasm/path-trace/kernel.ts'
import { packScene } from '../../../../../wasm/path-trace/scene.ts'
import type { RunLimits } from '../../../../ports/runner.ts'
import { parseAs } from '../../../../protocol/canonical.ts'
import { refuse } from '../../../../protocol/fault.ts'
import { framingAspect, RenderParams } from '../../../../protocol/job-kinds/render-tasks.ts'
import type { LibraryCall, LibraryResult } from '../../../library.ts'
import { threadCpuMs } from '../../../worker/cpu-time.ts'
import type { ImageDecoder } from '../textures/image-decoder.ts'
import { measureScene } from './measure-scene.ts'
import { PAGE_BYTES, type MeteredKernel } from '../metered-kernel.ts'
import { createRenderUnit, type RenderedUnit, type RenderUnitResult } from './run-unit.ts'

/** A measurement's picture: large enough that its parts cost what an image's do. */
const MEASURE_FRAME = { width: 128, height: 128, bounces: 4 }

/** Stops a unit whose kernel holds more memory than the unit may. @throws FaultError `oversized` */
function refuseMemory(bytes: number, { memoryBytesMax }: RunLimits): void {
  if (bytes > memoryBytesMax) refuse('oversized', `the kernel took ${bytes} bytes, limit ${memoryBytesMax}`)
}

/**
 * Stops a unit whose rows so far took more fuel than the unit may use. A row takes the same fuel everywhere, so every
 * peer stops it at the same one. @throws FaultError `fuel-exhausted`
 */
function refuseFuel(fuel: number, { fuelMax = Infinity }: RunLimits): void {
  if (fuel > fuelMax) refuse('fuel-exhausted', `used all ${fuelMax} units of fuel`)
}

/** Units of `render.path-trace` in one worker, with the last scene kept loaded. */
export interface UnitRunner {
  run(call: LibraryCall): Promise<LibraryResult>
  /** Paths per second of this core's time, through the measuring scene. */
  measure(budgetMs: number): number
}

/** A runner over kernels that `instantiate` makes. Scenes are built once for all units that come one after another. */
export function createUnitRunner(instantiate: () => MeteredKernel, decoder: ImageDecoder): UnitRunner {
  const units = createRenderUnit(instantiate)

  async function run(call: LibraryCall): Promise<LibraryResult> {
    const { inputs, unitIndex, limits } = call
    const params = parseAs(call.params, RenderParams)
    if (!params.ok) refuse('bad-input', params.fault.message)
    if (unitIndex === undefined) refuse('bad-input', 'a unit without its index')
    const sceneBytes = [...inputs.values()].reduce((sum, { bytes }) => sum + bytes, 0)
    if (sceneBytes > limits.memoryBytesMax) {
      refuse('oversized', `a scene of ${sceneBytes} bytes, limit ${limits.memoryBytesMax}`)
    }
    const unit = { scene: sceneName(inputs, params.value), params: params.value, index: unitIndex }
    const { tile } = params.value
    let copiedBytes = 0
    const load = async (kernel: MeteredKernel): Promise<LoadResult> => {
      copiedBytes += sceneBytes
      const { loadScene } = await import('./load-scene.ts')
      const loaded = await loadScene(kernel, params.value, call, decoder)
      refuseMemory(kernel.pages() * PAGE_BYTES, limits)
      return loaded
    }
    const afterRow = (rows: number, fuel: number): void => {
      refuseFuel(fuel, limits)
      call.progress(rows / tile)
    }
    const film = filmOf(await units.run(unit, load, afterRow))
    const memoryBytes = film.pages * PAGE_BYTES
    if (memoryBytes > limits.memoryBytesMax) units.release()
    refuseMemory(memoryBytes, limits)
    return {
      output: film.bytes,
      memoryBytes,
      metered: {
        fuel: film.fuel,
        peakPages: film.pages,
        // The film leaves the kernel as a copy; the scene's files are read and decoded into it once for many units.
        copiedBytes: copiedBytes + film.bytes.byteLength,
      },
    }
  }

  function measure(budgetMs: number): number {
    const kernel = instantiate()
    const loaded = kernel.loadScene(packScene(measureScene()))
    if (loaded.kind !== 'loaded') refuse('unit-failed', `the measuring scene does not load: ${loaded.kind}`)
    const { width, height } = MEASURE_FRAME
    const renderSample = (s0: number) =>
      kernel.renderTile({ x0: 0, y0: 0, x1: width, y1: height, s0, s1: s0 + 1 }, MEASURE_FRAME)
    // The first sample of each pixel is for the compiler's tiers.
    renderSample(0)
    const untilMs = performance.now() + budgetMs
    const cpuAtStartMs = threadCpuMs()
    let samples = 0
    do renderSample(++samples)
    while (performance.now() < untilMs)
    return (samples * width * height * 1_000) / (threadCpuMs() - cpuAtStartMs)
  }

  return { run, measure }
}

/** The inputs that decide a scene: its files by role, and how it is seen. */
function sceneName(inputs: LibraryCall['inputs'], params: RenderParams): string {
  const files = [...inputs].map(([role, { contentName }]) => [role, contentName]).sort()
  const { camera, seconds, scene_digest } = params
  return JSON.stringify([files, camera, seconds, scene_digest, framingAspect(params)])
}

/** The film, or the fault of a unit that has none. */
function filmOf(result: RenderUnitResult): RenderedUnit {
  switch (result.kind) {
    case 'film':
      return result
    case 'bad-scene':
      return refuse('bad-input', `the scene is damaged: ${result.reason}`)
    case 'bad-unit':
      return refuse('bad-input', result.message)
    case 'out-of-memory':
      return refuse('unit-failed', `a scene of ${result.bytes} bytes does not fit into the kernel's memory`)
  }
}
