import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildKernels, kernelPath } from '../../../../../wasm/build.ts'
import { instantiateKernel } from '../../../../../wasm/path-trace/kernel.ts'
import { packScene } from '../../../../../wasm/path-trace/scene.ts'
import { RenderParams, unitCount, unitRegion } from '../../../../protocol/job-kinds/render-tasks.ts'
import { assembleImage } from '../picture/assemble-image.ts'
import { newDocument, sceneOf, squareNode } from '../import/gltf.fixture.ts'
import { compileKernel, type MeteredKernel } from '../metered-kernel.ts'
import { createRenderUnit, type RenderUnitRunner } from './run-unit.ts'

const PARAMS = RenderParams.parse({
  width: 40,
  height: 30,
  spp: 6,
  tile: 16,
  samples_per_unit: 4,
  bounces: 2,
})

let packed: Uint8Array
let createKernel: () => MeteredKernel
beforeAll(async () => {
  await buildKernels()
  createKernel = compileKernel()
  const { document, add } = newDocument()
  add(squareNode(document, document.createMaterial().setRoughnessFactor(0.5).setMetallicFactor(0)))
  add(squareNode(document, document.createMaterial().setEmissiveFactor([1, 0.5, 0.2]))).setTranslation([
    0, 0, 0.5,
  ])
  packed = packScene(await sceneOf(document))
})

/** A runner over the real kernel that counts the kernels it makes and the scenes it asks for. */
function countingRunner() {
  const count = { kernels: 0, scenes: 0 }
  const runner = createRenderUnit(() => {
    count.kernels++
    return createKernel()
  })
  const load = (kernel: MeteredKernel) => {
    count.scenes++
    return kernel.loadScene(packed)
  }
  return { runner, count, load }
}

const loadPacked = (kernel: MeteredKernel) => kernel.loadScene(packed)

async function render(runner: RenderUnitRunner, params: RenderParams, index: number): Promise<Uint8Array> {
  const result = await runner.run({ job: 'a', scene: 's', params, index }, loadPacked)
  if (result.kind !== 'film') throw new Error(`expected a film, got ${result.kind}`)
  return result.bytes
}

async function picture(params: RenderParams, order: readonly number[]) {
  const { runner } = countingRunner()
  const outputs = []
  for (const index of order) outputs.push({ index, bytes: await render(runner, params, index) })
  const image = assembleImage(params, outputs)
  if (image.kind !== 'image') throw new Error(image.message)
  return image
}

describe('a picture', () => {
  test('is the same file whatever the tiles, the sample ranges and the order of units', async () => {
    const whole = { ...PARAMS, tile: 64, samples_per_unit: 6 }
    const one = await picture(whole, [0])
    const many = await picture(PARAMS, [...Array(unitCount(PARAMS)).keys()].reverse())
    expect(many.png).toEqual(one.png)
    expect(many.exr).toEqual(one.exr)
    expect(one.meanLuminance).toBeGreaterThan(0.01)
  })
})

describe('the scene in a worker', () => {
  test('is loaded once for the units of a job', async () => {
    const { runner, count, load } = countingRunner()
    for (const index of [0, 1, 2]) {
      await runner.run({ job: 'a', scene: 's', params: PARAMS, index }, load)
    }
    expect(count).toEqual({ kernels: 1, scenes: 1 })
  })

  test('is not shared with another job, nor with another scene', async () => {
    const { runner, count, load } = countingRunner()
    for (const [job, scene] of [
      ['a', 's'],
      ['b', 's'],
      ['b', 't'],
      ['a', 's'],
    ] as const) {
      await runner.run({ job, scene, params: PARAMS, index: 0 }, load)
    }
    expect(count).toEqual({ kernels: 4, scenes: 4 })
  })

  test('is let go on request', async () => {
    const { runner, count, load } = countingRunner()
    await runner.run({ scene: 's', params: PARAMS, index: 0 }, load)
    runner.release()
    await runner.run({ scene: 's', params: PARAMS, index: 0 }, load)
    expect(count.kernels).toBe(2)
  })

  test('is loaded afresh after a kernel has thrown in the middle, and gives the same film', async () => {
    const { runner, count, load } = countingRunner()
    const unit = { job: 'a', scene: 's', params: PARAMS, index: 1 }
    const stop = () => {
      throw new Error('no fuel left')
    }
    await expect(runner.run(unit, load, stop)).rejects.toThrow('no fuel left')
    const again = await runner.run(unit, load)
    expect(again).toMatchObject({
      kind: 'film',
      bytes: await render(countingRunner().runner, PARAMS, 1),
    })
    expect(count.kernels).toBe(2)
  })

  test('the film handed out is not overwritten by the next unit', async () => {
    const { runner } = countingRunner()
    const first = await render(runner, PARAMS, 0)
    const copy = first.slice()
    await render(runner, PARAMS, 1)
    expect(first).toEqual(copy)
  })
})

describe('the price of a unit', () => {
  const fuelOf = async (runner: RenderUnitRunner, index: number): Promise<number> => {
    const result = await runner.run({ job: 'a', scene: 's', params: PARAMS, index }, loadPacked)
    return result.kind === 'film' ? result.fuel : 0
  }

  test('is the same whichever units the worker ran before, and in a fresh worker', async () => {
    const indices = [...Array(unitCount(PARAMS)).keys()]
    const forwards = countingRunner().runner
    const backwards = countingRunner().runner
    const pricesOf = async (order: readonly number[], runner: () => RenderUnitRunner) => {
      const prices = []
      for (const index of order) prices.push(await fuelOf(runner(), index))
      return prices
    }
    const prices = await pricesOf(indices, () => forwards)
    expect(await pricesOf(indices.toReversed(), () => backwards)).toEqual(prices.toReversed())
    expect(await pricesOf(indices, () => countingRunner().runner)).toEqual(prices)
    expect(Math.min(...prices)).toBeGreaterThan(10_000)
  })

  test('grows with the samples', async () => {
    const { runner } = countingRunner()
    // Unit 0 takes four samples of its tile, the same tile's second unit the other two.
    expect((await fuelOf(runner, 0)) / (await fuelOf(runner, 6))).toBeCloseTo(2, 0)
  })
})

test('the meter changes no bit of a film', async () => {
  const bare = instantiateKernel(new WebAssembly.Module(readFileSync(kernelPath('path-trace'))))
  expect(bare.loadScene(packed).kind).toBe('loaded')
  const film = bare.renderTile(unitRegion(PARAMS, 1), { width: 40, height: 30, bounces: 2 })
  expect(await render(countingRunner().runner, PARAMS, 1)).toEqual(Uint8Array.from(film))
})

test('progress counts the rows of the tile', async () => {
  const rows: number[] = []
  await countingRunner().runner.run({ scene: 's', params: PARAMS, index: 5 }, loadPacked, (row) =>
    rows.push(row),
  )
  expect(rows).toEqual([...Array(14).keys()].map((row) => row + 1))
})

test('a unit outside its job and a scene that is none are faults, and the next unit runs', async () => {
  const { runner } = countingRunner()
  const unit = { scene: 's', params: PARAMS, index: 0 }
  expect((await runner.run({ ...unit, index: 12 }, loadPacked)).kind).toBe('bad-unit')
  const damaged = (kernel: MeteredKernel) => kernel.loadScene(packed.subarray(1))
  expect((await runner.run(unit, damaged)).kind).toBe('bad-scene')
  expect((await runner.run(unit, loadPacked)).kind).toBe('film')
})
