import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { IMAGE_EDGE_MAX, IMAGE_PIXELS_MAX, type Rgba8Image } from './decode-png.ts'

/** Decodes one WebP picture. @throws for bytes that are none */
export type WebpDecoder = (bytes: Uint8Array) => Rgba8Image

/** libwebp's module, as `@jsquash/webp` makes it. */
interface WebpModule {
  decode(bytes: Uint8Array): { data: Uint8ClampedArray; width: number; height: number } | null
}
type WebpFactory = (options: {
  instantiateWasm: (
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports
}) => Promise<WebpModule>

/** Where sizes stand in the three kinds of WebP file (RFC 9649, sections 2.5 to 2.7). */
const CHUNK_AT = 12
const HEADER_BYTES = 30

/**
 * A WebP decoder of its own for one file, whose damage a hostile picture can only do to that one: libwebp in WebAssembly, the same
 * picture on every machine.
 */
export async function createWebpDecoder(): Promise<WebpDecoder> {
  const code = fileURLToPath(import.meta.resolve('@jsquash/webp/codec/dec/webp_dec.wasm'))
  const module = new WebAssembly.Module(readFileSync(code))
  const { default: factory } = (await import('@jsquash/webp/codec/dec/webp_dec.js')) as unknown as {
    readonly default: WebpFactory
  }
  const codec = await factory({
    instantiateWasm(imports, done) {
      const instance = new WebAssembly.Instance(module, imports)
      done(instance)
      return instance.exports
    },
  })
  return (bytes) => {
    const { width, height } = webpSize(bytes)
    const isWithin = width <= IMAGE_EDGE_MAX && height <= IMAGE_EDGE_MAX && width * height <= IMAGE_PIXELS_MAX
    if (!isWithin) throw new Error(`a WebP of ${width} × ${height} pixels is outside the limits`)
    const picture = codec.decode(bytes)
    if (picture === null) throw new Error('the WebP picture is damaged')
    if (picture.width !== width || picture.height !== height) {
      throw new Error('a WebP picture of another size than it claims')
    }
    // A view into the codec's memory would change with the next picture.
    return { width, height, rgba: Uint8Array.from(picture.data) }
  }
}

/** Whether bytes are a WebP file: RIFF with its type. */
export function isWebp(bytes: Uint8Array): boolean {
  return textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WEBP'
}

/** Width and height that a WebP file claims; none where it does not say. */
export function webpSize(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  if (bytes.length < HEADER_BYTES) return { width: 0, height: 0 }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const uint24 = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536
  switch (textAt(bytes, CHUNK_AT)) {
    case 'VP8X':
      return { width: uint24(24) + 1, height: uint24(27) + 1 }
    case 'VP8L': {
      const bits = view.getUint32(21, true)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
    default:
      return { width: 0, height: 0 }
  }
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}
