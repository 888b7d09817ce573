import { type Document, WebIO } from '@gltf-transform/core'
import { ALL_EXTENSIONS, EXTMeshoptCompression } from '@gltf-transform/extensions'
import { MeshoptDecoder } from 'meshoptimizer/decoder'
import { MeshoptEncoder } from 'meshoptimizer/encoder'

/** A document as a .glb file that meshoptimizer compressed: whole numbers alone, or with filters for directions and rotations. */
export async function meshoptGlb(document: Document, method: 'quantize' | 'filter'): Promise<Uint8Array> {
  await Promise.all([MeshoptEncoder.ready, MeshoptDecoder.ready])
  const { FILTER, QUANTIZE } = EXTMeshoptCompression.EncoderMethod
  document
    .createExtension(EXTMeshoptCompression)
    .setRequired(true)
    .setEncoderOptions({ method: method === 'filter' ? FILTER : QUANTIZE })
  return new WebIO()
    .registerExtensions(ALL_EXTENSIONS)
    .registerDependencies({ 'meshopt.encoder': MeshoptEncoder, 'meshopt.decoder': MeshoptDecoder })
    .writeBinary(document)
}
