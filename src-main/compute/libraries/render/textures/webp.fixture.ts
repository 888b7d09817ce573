import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** libwebp's encoder, as the package of the decoder has it. */
interface WebpEncoder {
  encode(rgba: Uint8ClampedArray, width: number, height: number, options: object): Uint8Array
}
type EncoderFactory = (options: object) => Promise<WebpEncoder>

/** Writes a picture as a WebP file; `options` are libwebp's. */
export async function encodeWebp(
  picture: { readonly width: number; readonly height: number; readonly rgba: Uint8ClampedArray },
  options: { readonly quality?: number; readonly lossless?: 0 | 1 },
): Promise<Uint8Array<ArrayBuffer>> {
  const { default: factory } = (await import('@jsquash/webp/codec/enc/webp_enc.js')) as unknown as {
    readonly default: EncoderFactory
  }
  const { defaultOptions } = await import('@jsquash/webp/meta.js')
  const code = readFileSync(fileURLToPath(import.meta.resolve('@jsquash/webp/codec/enc/webp_enc.wasm')))
  const module = new WebAssembly.Module(code)
  const codec = await factory({
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(module, imports)
      done(instance)
      return instance.exports
    },
  })
  const { rgba, width, height } = picture
  return Uint8Array.from(codec.encode(rgba, width, height, { ...defaultOptions, ...options }))
}
