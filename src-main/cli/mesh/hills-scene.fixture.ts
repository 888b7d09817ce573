import { Buffer } from 'node:buffer'

const GLB_MAGIC = 0x46546c67
const CHUNK_JSON = 0x4e4f534a
const CHUNK_BIN = 0x004e4942

/** A landscape of 2 × side² triangles as a .glb file, without camera or lights. */
export function hillsGlb(side: number): Buffer {
  const points = side + 1
  const positions = new Float32Array(points * points * 3)
  for (let z = 0; z < points; z++) {
    for (let x = 0; x < points; x++) {
      const height = 0.1 * Math.sin((9 * x) / side) * Math.cos((7 * z) / side)
      positions.set([x / side, height, z / side], 3 * (z * points + x))
    }
  }
  const indices = new Uint32Array(6 * side * side)
  for (let z = 0, at = 0; z < side; z++) {
    for (let x = 0; x < side; x++, at += 6) {
      const corner = z * points + x
      indices.set([corner, corner + points, corner + 1, corner + 1, corner + points, corner + points + 1], at)
    }
  }
  const bin = Buffer.concat([Buffer.from(positions.buffer), Buffer.from(indices.buffer)])
  const json = {
    asset: { version: '2.0' },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }],
    buffers: [{ byteLength: bin.length }],
    bufferViews: [
      { buffer: 0, byteLength: positions.byteLength },
      { buffer: 0, byteOffset: positions.byteLength, byteLength: indices.byteLength },
    ],
    accessors: [
      {
        ...{ bufferView: 0, componentType: 5126, count: points * points, type: 'VEC3' },
        min: [0, -0.1, 0],
        max: [1, 0.1, 1],
      },
      { bufferView: 1, componentType: 5125, count: indices.length, type: 'SCALAR' },
    ],
  }
  const text = Buffer.from(JSON.stringify(json))
  const padded = Buffer.concat([text, Buffer.alloc(-text.length & 3, ' ')])
  const header = words(GLB_MAGIC, 2, 12 + 8 + padded.length + 8 + bin.length)
  return Buffer.concat([header, words(padded.length, CHUNK_JSON), padded, words(bin.length, CHUNK_BIN), bin])
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, 4 * i)
  return bytes
}
