import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { WebIO } from '@gltf-transform/core'
import { ALL_EXTENSIONS, KHRDracoMeshCompression } from '@gltf-transform/extensions'
import { createEncoderModule } from 'draco3dgltf'
import { encode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildKernels } from '../../../../../wasm/build.ts'
import { outcomesOf } from '../../../../ports/runner.contract.ts'
import type { RunFile, RunLimits, RunOutcome, RunOutput } from '../../../../ports/runner.ts'
import { cidOfDigest, RAW } from '../../../../protocol/cid.ts'
import { startRunner, type StartedRunner } from '../../../started-runner.fixture.ts'
import { renderAlgorithms } from '../algorithms.ts'
import { glbOf, newDocument, squareNode } from './gltf.fixture.ts'

/** Limits that every hostile file below would pass, if it were read without them. */
const LITTLE: RunLimits = { wallMsMax: 60_000, memoryBytesMax: 32 << 20, outputBytesMax: 64 << 20 }
/** Memory for all of it, and less time than its decoding takes. */
const SHORT: RunLimits = { wallMsMax: 1_000, memoryBytesMax: 4 * 2 ** 30, outputBytesMax: 1 << 30 }
/** A worker that computes is ended a second after it was told; a busy machine takes many, and the file would take minutes. */
const ENDS_WITHIN_MS = SHORT.wallMsMax + 59_000

type Files = Readonly<Record<string, Uint8Array>>
type Gltf = Record<string, unknown>

/** A square that one picture is on, as a `.gltf` beside its picture, broken or blown up by `change`. */
async function texturedSquare(change: (gltf: Gltf) => void): Promise<Uint8Array> {
  const { document, add } = newDocument()
  const texture = document
    .createTexture()
    .setURI('image.png')
    .setMimeType('image/png')
    .setImage(Uint8Array.of(0))
  add(squareNode(document, document.createMaterial().setBaseColorTexture(texture)))
  const { json, resources } = await new WebIO().writeJSON(document)
  const [[, buffer] = ['', new Uint8Array(0)]] = Object.entries(resources).filter(([name]) =>
    name.endsWith('.bin'),
  )
  const gltf = json as unknown as Gltf
  gltf['buffers'] = [{ byteLength: buffer.length, uri: dataUri(buffer) }]
  change(gltf)
  return Buffer.from(JSON.stringify(gltf))
}

function dataUri(bytes: Uint8Array): string {
  return `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`
}

/** As many triangles as the grid has, in a few bytes each; ten times that when they are decoded. */
async function dracoGrid(side: number): Promise<Uint8Array> {
  const { document, add } = newDocument()
  const node = add(squareNode(document))
  const [primitive] = node.getMesh()?.listPrimitives() ?? []
  const corners = Array.from({ length: side * side }, (_, i) => [i % side, Math.floor(i / side), 0])
  const indices = corners.flatMap(([x = 0, y = 0], i) =>
    x + 1 < side && y + 1 < side ? [i, i + 1, i + side, i + 1, i + side + 1, i + side] : [],
  )
  primitive?.setAttribute('TEXCOORD_0', null)
  primitive?.getAttribute('POSITION')?.setArray(Float32Array.from(corners.flat()))
  primitive?.getIndices()?.setArray(Uint32Array.from(indices))
  document.createExtension(KHRDracoMeshCompression).setRequired(true)
  const io = new WebIO().registerExtensions(ALL_EXTENSIONS)
  io.registerDependencies({ 'draco3d.encoder': await createEncoderModule() })
  return io.writeBinary(document)
}

/** A picture of distant light, all of one colour: four runs a row. */
function hdrOf(width: number, height: number): Uint8Array {
  const runs = (value: number): number[] => {
    const full = Array.from({ length: Math.floor(width / 127) }, () => [128 + 127, value]).flat()
    return width % 127 === 0 ? full : [...full, 128 + (width % 127), value]
  }
  const row = Uint8Array.from([2, 2, width >> 8, width & 255, ...[128, 128, 128, 129].flatMap(runs)])
  const header = `#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y ${height} +X ${width}\n`
  return Buffer.concat([Buffer.from(header), ...Array.from({ length: height }, () => row)])
}

/** A large grey picture in a few bytes whose last row is coded in a way that there is not: it is decoded in vain. */
function brokenAtItsEnd(): Uint8Array {
  const side = 8_192
  const rows = new Uint8Array(side * (side + 1))
  rows[(side - 1) * (side + 1)] = 9
  const chunk = (type: string, body: Uint8Array): Uint8Array => {
    const out = Buffer.alloc(12 + body.length)
    out.writeUInt32BE(body.length, 0)
    out.write(type, 4, 'latin1')
    out.set(body, 8)
    out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length)
    return out
  }
  const header = Buffer.from([0, 0, side >> 8, 0, 0, 0, side >> 8, 0, 8, 0, 0, 0, 0])
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  const data = deflateSync(rows)
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array(0)),
  ])
}

/** Many pictures that take a part of a second each, and hold no memory afterwards: minutes of decoding. */
async function manyPictures(): Promise<Uint8Array> {
  const uri = dataUri(brokenAtItsEnd())
  const count = 300
  return texturedSquare((gltf) => {
    const all = <T>(make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
    const [mesh] = gltf['meshes'] as { primitives: object[] }[]
    const [primitive] = mesh?.primitives ?? []
    gltf['images'] = all(() => ({ uri }))
    gltf['textures'] = all((source) => ({ source }))
    gltf['materials'] = all((index) => ({ pbrMetallicRoughness: { baseColorTexture: { index } } }))
    gltf['meshes'] = [{ primitives: all((material) => ({ ...primitive, material })) }]
  })
}

describe('a hostile scene, in a compute host', () => {
  let started: StartedRunner
  let names = 0
  beforeAll(async () => {
    await buildKernels()
    started = await startRunner(1)
  })
  afterAll(() => started.stop())

  async function blob(bytes: Uint8Array): Promise<RunFile> {
    const path = join(started.folder, 'blobs', `blob-${names++}`)
    await writeFile(path, bytes)
    const cid = cidOfDigest(RAW, createHash('sha256').update(bytes).digest())
    return { cid, path, layout: { kind: 'raw', bytes: bytes.byteLength } }
  }

  async function run(algorithmId: string, files: Files, limits: RunLimits): Promise<RunOutcome> {
    const { version = '' } = renderAlgorithms.find((one) => one.algorithmId === algorithmId) ?? {}
    const inputs: Record<string, RunFile> = {}
    for (const [role, bytes] of Object.entries(files)) inputs[role] = await blob(bytes)
    const unit = algorithmId === 'render.path-trace' ? { unitIndex: 0 } : {}
    const task = {
      id: `task ${names}`,
      algorithmId,
      algorithmVersion: version,
      params: {},
      inputs,
      limits,
      ...unit,
    }
    return (await outcomesOf(started.runner, [task])).get(task.id)!
  }

  /** The faults of the import at the requester, and of a unit that a stranger made of the same files. */
  async function faultsOf(files: Files, limits: RunLimits): Promise<string[]> {
    const kinds: string[] = []
    for (const algorithm of ['render.import', 'render.path-trace']) {
      const outcome = await run(algorithm, files, limits)
      if (outcome.kind === 'failed') expect(outcome.fault.message).toMatch(/^[^\n]{10,200}$/)
      kinds.push(outcome.kind === 'failed' ? outcome.fault.kind : outcome.kind)
    }
    return kinds
  }

  it('[G9] the same files and little memory are enough for a scene that means no harm', async () => {
    const { document, add } = newDocument()
    add(squareNode(document))
    expect(await run('render.import', { scene: await glbOf(document) }, LITTLE)).toMatchObject({
      kind: 'done',
    })
  })

  it('[G9] with a picture that decodes to two thousand times its size is refused', async () => {
    const side = 8_192
    const image = encode({
      width: side,
      height: side,
      data: new Uint8Array(side * side),
      channels: 1,
      depth: 8,
    })
    expect(image.length * 500).toBeLessThan(side * side * 4)
    const scene = await texturedSquare((gltf) => (gltf['images'] = [{ uri: 'bomb.png' }]))
    expect(await faultsOf({ scene, 'bomb.png': image }, LITTLE)).toEqual(['bad-input', 'oversized'])
  })

  it('[G9] with meshes that decode to more than its memory is refused', async () => {
    const scene = await dracoGrid(400)
    expect(scene.length).toBeLessThan(1 << 20)
    const limits = { ...LITTLE, memoryBytesMax: 2 << 20 }
    expect(await faultsOf({ scene }, limits)).toEqual(['bad-input', 'oversized'])
  })

  it('[G9] that claims a gigabyte of vertices in a few lines is refused', async () => {
    const scene = await texturedSquare((gltf) => {
      const zeros = { componentType: 5126, count: 1 << 24, type: 'MAT4' }
      gltf['accessors'] = [...(gltf['accessors'] as object[]), zeros]
    })
    expect(await faultsOf({ scene }, LITTLE)).toEqual(['bad-input', 'oversized'])
  })

  it('[G9] whose distant light decodes to more than its memory is refused', async () => {
    const { document, add } = newDocument()
    add(squareNode(document))
    const files = { scene: await glbOf(document), environment: hdrOf(4_096, 2_048) }
    expect(await faultsOf(files, LITTLE)).toEqual(['oversized', 'oversized'])
  })

  it('[G9] that is nested a million deep is refused', async () => {
    const scene = Buffer.from(`{"asset":{"version":"2.0"},"extras":${'['.repeat(1e6)}${']'.repeat(1e6)}}`)
    expect(await faultsOf({ scene }, LITTLE)).toEqual(['bad-input', 'bad-input'])
  })

  it('[G9] whose description has more parts than any heap holds is refused', async () => {
    const scene = Buffer.from(`{"asset":{"version":"2.0"},"extras":[${'{},'.repeat(12e6)}{}]}`)
    const limits = { ...LITTLE, memoryBytesMax: 1 << 30 }
    expect(await faultsOf({ scene }, limits)).toEqual(['bad-input', 'oversized'])
  })

  it('[G9] that would be decoded for minutes is stopped when its time is up', async () => {
    const scene = await manyPictures()
    expect(scene.length).toBeLessThan(64 << 20)
    for (const algorithm of ['render.import', 'render.path-trace']) {
      const startMs = performance.now()
      const outcome = await run(algorithm, { scene }, SHORT)
      expect(outcome).toMatchObject({ kind: 'failed', fault: { kind: 'timed-out' } })
      expect(performance.now() - startMs).toBeLessThan(ENDS_WITHIN_MS)
    }
  })

  it('[G9] leaves the host to the next one', async () => {
    const { document, add } = newDocument()
    add(squareNode(document))
    const outcome = await run('render.import', { scene: await glbOf(document) }, LITTLE)
    expect(outcome.kind === 'done' && (await bytesOf(outcome.output)).length).toBeGreaterThan(0)
  })
})

async function bytesOf(output: RunOutput): Promise<Uint8Array> {
  return output.kind === 'bytes' ? output.bytes : readFile(output.path)
}

describe('the code that reads scenes and pictures', () => {
  const root = join(import.meta.dirname, '../../../..')
  const sources = globSync('**/*.ts', { cwd: root }).filter(
    (file) => !/\.(test|fixture|fuzz|bench|contract|attack)\.ts$/.test(file),
  )
  const importing = (pattern: RegExp): string[] =>
    sources.filter((file) => pattern.test(readFileSync(join(root, file), 'utf8')))

  it('[G9] is in the render library alone', () => {
    const decoders =
      /(from|import\() ?'(@gltf-transform\/|draco3dgltf|meshoptimizer|@jsquash|jpeg-js|fast-png)/
    const users = importing(decoders)
    expect(users).toContain(join('compute', 'libraries', 'render', 'textures', 'decode-png.ts'))
    expect(users.filter((file) => !file.startsWith(join('compute', 'libraries', 'render')))).toEqual([])
    const inflating = importing(/\b(inflate|gunzip|unzip|brotliDecompress|zstdDecompress)\w*\b/)
    // The history opens only entries that this peer has packed, within a bound.
    const own = join('storage', 'history', 'history.ts')
    expect(inflating.filter((file) => file !== own)).toEqual([
      join('compute', 'libraries', 'render', 'textures', 'decode-png.ts'),
    ])
  })

  it('[G9] is loaded by the workers of a compute host alone', () => {
    // The demonstration's own scene is written there, and nothing read.
    const outside = importing(/compute\/libraries\/(?!render\/samples\/knot-room)/)
    expect(outside.filter((file) => !file.startsWith('compute'))).toEqual([])
    const eager = importing(/^import (?!type)[^\n]*'[^']*libraries\/(?!\w+\/algorithms\.ts)/m)
    expect(eager.filter((file) => !file.startsWith(join('compute', 'libraries')))).toEqual([])
  })
})
