import { createDecoderModule, type DecoderModule } from 'draco3dgltf'
import type { GltfJson } from './schema.ts'
import { refuseFile } from './import-fault.ts'

/** The extension by which a primitive's data is Draco's. */
const DRACO = 'KHR_draco_mesh_compression'

/**
 * The bytes that all compressed meshes of a file may decode to. Primitives may share one compressed mesh, each of them
 * decoding it again, so that counting the file's bytes would not do.
 */
const DECODED_BYTES_MAX = 2 ** 30

/** Whether any primitive needs the decoder. */
export function usesDraco(gltf: GltfJson): boolean {
  return (gltf.extensionsUsed ?? []).includes(DRACO)
}

/**
 * A Draco decoder of its own for one file, whose damage a hostile mesh can only do to that one. It refuses
 * with `scene-too-large` once its results pass `decodedBytesMax`, a gigabyte at most.
 */
export async function createDracoDecoder(decodedBytesMax: number): Promise<DecoderModule> {
  const bytesMax = Math.min(decodedBytesMax, DECODED_BYTES_MAX)
  const decoder = await createDecoderModule()
  const allocate = decoder._malloc.bind(decoder)
  let total = 0
  // The reader asks for the memory of every result here, and for nothing else.
  decoder._malloc = (bytes: number): number => {
    total += bytes
    if (!(bytes >= 0 && total <= bytesMax)) {
      refuseFile('scene-too-large', `the compressed meshes take more than ${bytesMax} bytes`)
    }
    const at = allocate(bytes)
    if (at === 0) refuseFile('scene-too-large', 'the compressed meshes do not fit in memory')
    return at
  }
  return decoder
}
