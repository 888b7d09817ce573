import { encode as encodePng } from 'fast-png'
import { encode as encodeJpeg } from 'jpeg-js'
import { crc32 } from 'node:zlib'
import { createEncoderModule } from 'draco3dgltf'
import { WebIO, type Document } from '@gltf-transform/core'
import { KHRDracoMeshCompression } from '@gltf-transform/extensions'
import { checkScene } from '../../../../wasm/path-trace/scene-check.ts'
import { packScene } from '../../../../wasm/path-trace/scene.ts'
import { damagedBytes, fuzzSteps } from '../../../fuzz-bytes.fixture.ts'
import type { FuzzRange, FuzzStep, Fuzzer } from '../../../fuzz.ts'
import { pick, type Dice } from '../../metering/dice.fixture.ts'
import { decodeImage } from './textures/decode-image.ts'
import { parseEnvironment } from './textures/environment.ts'
import { glbOf, meshNode, newDocument, SQUARE, squareNode } from './import/gltf.fixture.ts'
import { meshoptGlb } from './gltf/meshopt.fixture.ts'
import { importScene } from './import/import-scene.ts'
import { createRandomPng } from './textures/random-png.fixture.ts'

/** Files of a step. */
const STEP = 100
/** Limits of an import. */
const MEMORY_BYTES_MAX = 64 << 20
/** Processor time that no small file may take: it would be a bomb. */
const CPU_MS_MAX = 5_000
const PNG_SIGNATURE_BYTES = 8

/** Pictures, environments and scenes as strangers hand them over: each is taken, or refused by a fault. */
export const fuzzer: Fuzzer = { name: 'files', inputs: 'files', count: 50_000, run }

/** A kind of file, samples of it, and what reads it. */
interface Format {
  readonly name: string
  readonly samples: readonly Uint8Array[]
  /** Puts right what a first check would stumble over. */
  readonly mend?: (bytes: Uint8Array) => void
  /** @throws for what is neither a result nor a fault */
  readonly read: (bytes: Uint8Array<ArrayBuffer>) => unknown
}

async function* run(range: FuzzRange): AsyncGenerator<FuzzStep> {
  const formats = await allFormats()
  yield* fuzzSteps(range, STEP, (roll) => wrongWith(pick(roll, formats), roll))
}

/** The promise that was broken with a damaged file. */
async function wrongWith({ name, samples, mend, read }: Format, roll: Dice): Promise<string | undefined> {
  const bytes = damagedBytes(roll, pick(roll, samples), samples)
  if (roll(4) > 0) mend?.(bytes)
  const before = process.cpuUsage()
  try {
    await read(bytes)
  } catch (error) {
    return `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
  const { user, system } = process.cpuUsage(before)
  const tookMs = (user + system) / 1_000
  return tookMs > CPU_MS_MAX ? `${name}: took ${Math.round(tookMs)} ms for ${bytes.length} bytes` : undefined
}

async function allFormats(): Promise<readonly Format[]> {
  const picture = { width: 16, height: 12, data: Uint8Array.from({ length: 16 * 12 * 4 }, (_, i) => i * 7) }
  const png = encodePng({ ...picture, channels: 4, depth: 8 })
  return [
    {
      name: 'PNG',
      samples: [png, createRandomPng(1, 9, 9)],
      mend: mendChecksums,
      read: (bytes) => held(decodeImage(bytes).kind, ['image', 'undecodable']),
    },
    {
      name: 'JPEG',
      samples: [90, 20].map((quality) => new Uint8Array(encodeJpeg(picture, quality).data)),
      read: (bytes) => held(decodeImage(bytes).kind, ['image', 'undecodable']),
    },
    {
      name: 'HDR',
      samples: [
        radiance('-Y 2 +X 8', [2, 2, 0, 8, 136, 128, 136, 64, 8, 1, 2, 3, 4, 5, 6, 7, 8, 136, 129]),
        radiance(
          '+Y 2 +X 2',
          Array.from({ length: 16 }, (_, i) => 100 + i),
        ),
      ],
      read: (bytes) => held(parseEnvironment(bytes).kind, ['map', 'bad-environment']),
    },
    { name: 'glTF', samples: await scenes(png), read: readScene },
  ]
}

function held(kind: string, kinds: readonly string[]): void {
  if (!kinds.includes(kind)) throw new Error(`neither of ${kinds.join(', ')}: ${kind}`)
}

/** Imports a scene; what is taken must be one that the kernel takes. */
async function readScene(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const imported = await importScene({ bytes }, { memoryBytesMax: MEMORY_BYTES_MAX })
  if (imported.kind !== 'scene') return
  const checked = checkScene(packScene(imported.scene))
  if (checked.kind !== 'scene') throw new Error(`an imported scene is refused: ${JSON.stringify(checked)}`)
}

function radiance(size: string, pixels: readonly number[]): Uint8Array {
  return Uint8Array.from([...Buffer.from(`#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n${size}\n`), ...pixels])
}

/** A square with a picture, two that are compressed, and one as JSON with its buffer inside. */
async function scenes(png: Uint8Array): Promise<readonly Uint8Array[]> {
  const textured = newDocument()
  const texture = textured.document.createTexture('t').setImage(png).setMimeType('image/png')
  const material = textured.document.createMaterial('m').setBaseColorTexture(texture)
  textured.add(squareNode(textured.document, material))
  const compressed = newDocument()
  compressed.document.createExtension(KHRDracoMeshCompression).setRequired(true)
  compressed.add(
    meshNode(compressed.document, { attributes: { POSITION: SQUARE.POSITION }, indices: SQUARE.indices }),
  )
  const packed = newDocument()
  packed.add(
    meshNode(packed.document, { attributes: { POSITION: SQUARE.POSITION }, indices: SQUARE.indices }),
  )
  return [
    await glbOf(textured.document),
    await dracoGlb(compressed.document),
    await meshoptGlb(packed.document, 'quantize'),
    plainJson(),
  ]
}

async function dracoGlb(document: Document): Promise<Uint8Array> {
  const io = new WebIO().registerExtensions([KHRDracoMeshCompression])
  return io.registerDependencies({ 'draco3d.encoder': await createEncoderModule() }).writeBinary(document)
}

function plainJson(): Uint8Array {
  const binary = Buffer.concat([
    Buffer.from(Float32Array.from(SQUARE.POSITION).buffer),
    Buffer.from(Uint8Array.from(SQUARE.indices)),
  ])
  return Buffer.from(
    JSON.stringify({
      asset: { version: '2.0' },
      scene: 0,
      scenes: [{ nodes: [0] }],
      nodes: [
        { mesh: 0, translation: [1, 2, 3], children: [1] },
        { rotation: [0, 0, 0, 1], camera: 0 },
      ],
      cameras: [{ type: 'perspective', perspective: { yfov: 1, znear: 0.1 } }],
      materials: [{ pbrMetallicRoughness: { baseColorFactor: [1, 0.5, 0, 1], roughnessFactor: 0.2 } }],
      meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1, material: 0 }] }],
      accessors: [
        { bufferView: 0, componentType: 5126, count: 4, type: 'VEC3' },
        { bufferView: 1, componentType: 5121, count: 6, type: 'SCALAR' },
      ],
      bufferViews: [
        { buffer: 0, byteLength: 48 },
        { buffer: 0, byteOffset: 48, byteLength: 6 },
      ],
      buffers: [{ byteLength: 54, uri: `data:application/octet-stream;base64,${binary.toString('base64')}` }],
    }),
  )
}

/** Makes a PNG's checksums right again, chunk by chunk, as far as its lengths go. */
function mendChecksums(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = PNG_SIGNATURE_BYTES; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    if (at + 12 + length > bytes.length) return
    view.setUint32(at + 8 + length, crc32(bytes.subarray(at + 4, at + 8 + length)))
    at += 12 + length
  }
}
