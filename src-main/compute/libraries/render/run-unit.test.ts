import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildKernels, kernelPath } from '../../../../wasm/build.ts'
import { instantiateKernel } from '../../../../wasm/path-trace/kernel.ts'
import { packScene } from '../../../../wasm/path-trace/scene.ts'
import { RenderParams, unitCount, unitRegion } from '../../../protocol/render-job.ts'
import { assembleImage } from './assemble-image.ts'
import { newDocument, sceneOf, squareNode } from './gltf-fixture.ts'
import { compileKernel, type MeteredKernel } from './metered-kernel.ts'
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
  const readScene = () => {
    count.scenes++
    return packed
  }
  return { runner, count, readScene }
}

function render(runner: RenderUnitRunner, params: RenderParams, index: number): Uint8Array {
  const result = runner.run({ job: 'a', scene: 's', params, index }, () => packed)
  if (result.kind !== 'film') throw new Error(`expected a film, got ${result.kind}`)
  return result.bytes
}

function picture(params: RenderParams, order: readonly number[]) {
  const { runner } = countingRunner()
  const image = assembleImage(
    params,
    order.map((index) => ({ index, bytes: render(runner, params, index) })),
  )
  if (image.kind !== 'image') throw new Error(image.message)
  return image
}

describe('a picture', () => {
  test('is the same file whatever the tiles, the sample ranges and the order of units', () => {
    const whole = { ...PARAMS, tile: 64, samples_per_unit: 6 }
    const one = picture(whole, [0])
    const many = picture(PARAMS, [...Array(unitCount(PARAMS)).keys()].reverse())
    expect(many.png).toEqual(one.png)
    expect(many.exr).toEqual(one.exr)
    expect(one.meanLuminance).toBeGreaterThan(0.01)
  })
})

describe('the scene in a worker', () => {
  test('is loaded once for the units of a job', () => {
    const { runner, count, readScene } = countingRunner()
    for (const index of [0, 1, 2]) runner.run({ job: 'a', scene: 's', params: PARAMS, index }, readScene)
    expect(count).toEqual({ kernels: 1, scenes: 1 })
  })

  test('is not shared with another job, nor with another scene', () => {
    const { runner, count, readScene } = countingRunner()
    for (const [job, scene] of [
      ['a', 's'],
      ['b', 's'],
      ['b', 't'],
      ['a', 's'],
    ] as const) {
      runner.run({ job, scene, params: PARAMS, index: 0 }, readScene)
    }
    expect(count).toEqual({ kernels: 4, scenes: 4 })
  })

  test('is let go on request', () => {
    const { runner, count, readScene } = countingRunner()
    runner.run({ scene: 's', params: PARAMS, index: 0 }, readScene)
    runner.release()
    runner.run({ scene: 's', params: PARAMS, index: 0 }, readScene)
    expect(count.kernels).toBe(2)
  })

  test('is loaded afresh after a kernel has thrown in the middle, and gives the same film', () => {
    const { runner, count, readScene } = countingRunner()
    const unit = { job: 'a', scene: 's', params: PARAMS, index: 1 }
    const stop = () => {
      throw new Error('no fuel left')
    }
    expect(() => runner.run(unit, readScene, stop)).toThrow('no fuel left')
    const again = runner.run(unit, readScene)
    expect(again).toMatchObject({
      kind: 'film',
      bytes: render(countingRunner().runner, PARAMS, 1),
    })
    expect(count.kernels).toBe(2)
  })

  test('the film handed out is not overwritten by the next unit', () => {
    const { runner } = countingRunner()
    const first = render(runner, PARAMS, 0)
    const copy = first.slice()
    render(runner, PARAMS, 1)
    expect(first).toEqual(copy)
  })
})

describe('the price of a unit', () => {
  const fuelOf = (runner: RenderUnitRunner, index: number): number => {
    const result = runner.run({ job: 'a', scene: 's', params: PARAMS, index }, () => packed)
    return result.kind === 'film' ? result.fuel : 0
  }

  test('is the same whichever units the worker ran before, and in a fresh worker', () => {
    const indices = [...Array(unitCount(PARAMS)).keys()]
    const forwards = countingRunner().runner
    const backwards = countingRunner().runner
    const prices = indices.map((index) => fuelOf(forwards, index))
    expect(indices.toReversed().map((index) => fuelOf(backwards, index))).toEqual(prices.toReversed())
    expect(indices.map((index) => fuelOf(countingRunner().runner, index))).toEqual(prices)
    expect(Math.min(...prices)).toBeGreaterThan(10_000)
  })

  test('grows with the samples', () => {
    const { runner } = countingRunner()
    // Unit 0 takes four samples of its tile, the same tile's second unit the other two.
    expect(fuelOf(runner, 0) / fuelOf(runner, 6)).toBeCloseTo(2, 0)
  })
})

test('the meter changes no bit of a film', () => {
  const bare = instantiateKernel(new WebAssembly.Module(readFileSync(kernelPath('path-trace'))))
  expect(bare.loadScene(packed).kind).toBe('loaded')
  const film = bare.renderTile(unitRegion(PARAMS, 1), { width: 40, height: 30, bounces: 2 })
  expect(render(countingRunner().runner, PARAMS, 1)).toEqual(Uint8Array.from(film))
})

test('progress counts the rows of the tile', () => {
  const rows: number[] = []
  countingRunner().runner.run(
    { scene: 's', params: PARAMS, index: 5 },
    () => packed,
    (row) => rows.push(row),
  )
  expect(rows).toEqual([...Array(14).keys()].map((row) => row + 1))
})

test('a unit outside its job and a scene that is none are faults, and the next unit runs', () => {
  const { runner } = countingRunner()
  const unit = { scene: 's', params: PARAMS, index: 0 }
  expect(runner.run({ ...unit, index: 12 }, () => packed).kind).toBe('bad-unit')
  expect(runner.run(unit, () => packed.subarray(1)).kind).toBe('bad-scene')
  expect(runner.run(unit, () => packed).kind).toBe('film')
})
