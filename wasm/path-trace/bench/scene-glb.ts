/** A scene as GLB, for the renderer that the bench compares with. */
import { Document, WebIO, type Accessor } from '@gltf-transform/core'
import { KHRMaterialsEmissiveStrength } from '@gltf-transform/extensions'
import { encode } from 'fast-png'
import { assert } from '../assert.ts'
import type { SceneDescription } from '../scene.ts'

/**
 * Writes triangles, materials of baseColor, metallic, roughness, emissive and a base colour texture, and the
 * camera. What the bench's scene has no use for (lights, transmission, other textures) is asserted absent.
 */
export async function sceneToGlb(scene: SceneDescription): Promise<Uint8Array> {
  assert(scene.lights.length === 0 && scene.environment.kind === 'constant', 'the bench is lit by triangles')
  const document = new Document()
  const buffer = document.createBuffer()
  const accessor = (
    type: 'VEC2' | 'VEC3' | 'SCALAR',
    array: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
  ): Accessor => document.createAccessor().setType(type).setArray(array).setBuffer(buffer)
  const position = accessor('VEC3', scene.positions.slice())
  const normal = accessor('VEC3', scene.normals.slice())
  const uv = accessor('VEC2', scene.uvs.slice())
  const strength = document.createExtension(KHRMaterialsEmissiveStrength)
  const textures = scene.textures.map((texture, i) =>
    document
      .createTexture(`texture-${i}`)
      .setMimeType('image/png')
      .setImage(
        new Uint8Array(
          encode({ width: texture.width, height: texture.height, data: texture.rgba, channels: 4 }),
        ),
      ),
  )
  const root = document.createScene()
  scene.materials.forEach((from, i) => {
    assert(from.transmission === 0 && from.alphaMode === 'opaque', 'the bench has opaque materials')
    const brightest = Math.max(...from.emissive)
    const material = document
      .createMaterial(`material-${i}`)
      .setBaseColorFactor([...from.baseColor, 1])
      .setMetallicFactor(from.metallic)
      .setRoughnessFactor(from.roughness)
      .setDoubleSided(true)
    if (brightest > 0) {
      material.setEmissiveFactor([
        from.emissive[0] / brightest,
        from.emissive[1] / brightest,
        from.emissive[2] / brightest,
      ])
      material.setExtension(
        'KHR_materials_emissive_strength',
        strength.createEmissiveStrength().setEmissiveStrength(brightest),
      )
    }
    const texture = textures[from.textures.baseColor]
    if (texture !== undefined) material.setBaseColorTexture(texture)
    const indices = scene.indices.filter((_, k) => scene.triangleMaterials[Math.floor(k / 3)] === i)
    const primitive = document
      .createPrimitive()
      .setMaterial(material)
      .setAttribute('POSITION', position)
      .setAttribute('NORMAL', normal)
      .setAttribute('TEXCOORD_0', uv)
      .setIndices(accessor('SCALAR', indices))
    root.addChild(document.createNode(`part-${i}`).setMesh(document.createMesh().addPrimitive(primitive)))
  })
  const { projection, worldFromCamera: m } = scene.camera
  assert(projection.kind === 'perspective', 'the bench has a perspective camera')
  const camera = document
    .createCamera()
    .setType('perspective')
    .setYFov(projection.yfov)
    .setZNear(0.01)
    .setAspectRatio(1)
  const column = (k: number) => [m[k] ?? 0, m[k + 4] ?? 0, m[k + 8] ?? 0] as const
  const node = document.createNode('camera').setCamera(camera)
  node.setMatrix([...column(0), 0, ...column(1), 0, ...column(2), 0, ...column(3), 1])
  root.addChild(node)
  return new WebIO().registerExtensions([KHRMaterialsEmissiveStrength]).writeBinary(document)
}
