/** Real outputs of render units: tiles of two scenes, with different samples of the same pixels. */
import { buildKernels } from '../../../../wasm/build.ts'
import { sampleScene } from '../../../../wasm/path-trace/sample-scenes.ts'
import { packScene } from '../../../../wasm/path-trace/scene.ts'
import { RenderParams } from '../../../protocol/job-kinds/render-tasks.ts'
import { compileKernel } from '../render/metered-kernel.ts'
import { measureScene } from '../render/unit/measure-scene.ts'
import { createRenderUnit } from '../render/unit/run-unit.ts'

/** Pixels of each side of the tiles. */
export const TILE = 64

const PARAMS = RenderParams.parse({
  width: TILE,
  height: TILE,
  tile: TILE,
  spp: 128,
  samples_per_unit: 64,
  bounces: 4,
})

/** Two films of each scene: the first 64 samples of its pixels, and the next 64. */
export async function renderTiles(): Promise<Record<'room' | 'other', [Uint8Array, Uint8Array]>> {
  await buildKernels()
  const units = createRenderUnit(compileKernel())
  const render = async (name: string, packed: Uint8Array, index: number): Promise<Uint8Array> => {
    const result = await units.run({ scene: name, params: PARAMS, index }, (kernel) =>
      kernel.loadScene(packed),
    )
    if (result.kind !== 'film') throw new Error(`expected a film, got ${result.kind}`)
    return result.bytes
  }
  const both = async (name: string, packed: Uint8Array): Promise<[Uint8Array, Uint8Array]> => [
    await render(name, packed, 0),
    await render(name, packed, 1),
  ]
  return {
    room: await both('room', packScene(measureScene())),
    other: await both('other', packScene(sampleScene())),
  }
}
