/** Parts of the sample scenes, as nodes, meshes and materials of a glTF document. */
import { Document, type Material, type Node, type Scene, WebIO } from '@gltf-transform/core'
import {
  KHRMaterialsEmissiveStrength,
  KHRMaterialsIOR,
  KHRMaterialsTransmission,
  KHRMaterialsVolume,
} from '@gltf-transform/extensions'
import { cross, normalize, subtract, type Triple } from '../matrix.ts'
import type { TriangleMesh } from '../triangle-mesh.ts'

/** A scene that is being put together. */
export interface SceneDraft {
  readonly document: Document
  readonly scene: Scene
}

/** An empty scene. */
export function newScene(name: string): SceneDraft {
  const document = new Document()
  document.createBuffer()
  const scene = document.createScene(name)
  document.getRoot().setDefaultScene(scene)
  return { document, scene }
}

/** The scene as a .glb file: the same bytes on every machine. */
export function glbOf({ document }: SceneDraft): Promise<Uint8Array> {
  return new WebIO()
    .registerExtensions([
      KHRMaterialsEmissiveStrength,
      KHRMaterialsIOR,
      KHRMaterialsTransmission,
      KHRMaterialsVolume,
    ])
    .writeBinary(document)
}

/** A rough material of a linear colour. */
export function matte({ document }: SceneDraft, name: string, color: Triple): Material {
  return document
    .createMaterial(name)
    .setBaseColorFactor([...color, 1])
    .setMetallicFactor(0)
    .setRoughnessFactor(1)
}

/** A metal of a linear colour. */
export function metal(draft: SceneDraft, name: string, color: Triple, roughness: number): Material {
  return matte(draft, name, color).setMetallicFactor(1).setRoughnessFactor(roughness)
}

/** A surface that gives light of a colour, so many times as bright as white. */
export function glow(draft: SceneDraft, name: string, color: Triple, strength: number): Material {
  const extension = draft.document.createExtension(KHRMaterialsEmissiveStrength).createEmissiveStrength()
  return matte(draft, name, [0, 0, 0])
    .setEmissiveFactor([...color])
    .setExtension('KHR_materials_emissive_strength', extension.setEmissiveStrength(strength))
}

/** Clear, solid glass that takes on a colour within a distance. */
export function glass(draft: SceneDraft, name: string, tint: Triple, tintDistance: number): Material {
  const { document } = draft
  const transmission = document.createExtension(KHRMaterialsTransmission).createTransmission()
  const volume = document.createExtension(KHRMaterialsVolume).createVolume()
  return matte(draft, name, [1, 1, 1])
    .setRoughnessFactor(0)
    .setExtension('KHR_materials_transmission', transmission.setTransmissionFactor(1))
    .setExtension('KHR_materials_ior', document.createExtension(KHRMaterialsIOR).createIOR().setIOR(1.5))
    .setExtension(
      'KHR_materials_volume',
      volume
        .setThicknessFactor(1)
        .setAttenuationColor([...tint])
        .setAttenuationDistance(tintDistance),
    )
}

/** Puts a mesh into the scene, with the normals of its points, or with none, which glTF shades flat. */
export function place(
  draft: SceneDraft,
  name: string,
  mesh: TriangleMesh & { readonly normals?: readonly Triple[] },
  material: Material,
): Node {
  const node = meshNode(draft, name, mesh, material)
  draft.scene.addChild(node)
  return node
}

/** Puts a flat quadrangle into the scene; its corners run counter-clockwise as seen from its front. */
export function placeQuad(
  draft: SceneDraft,
  name: string,
  points: readonly [Triple, Triple, Triple, Triple],
  material: Material,
): Node {
  const triangles: Triple[] = [
    [0, 1, 2],
    [0, 2, 3],
  ]
  return place(draft, name, { points, triangles }, material)
}

function meshNode(
  { document }: SceneDraft,
  name: string,
  mesh: TriangleMesh & { readonly normals?: readonly Triple[] },
  material: Material,
): Node {
  const buffer = document.getRoot().listBuffers()[0] ?? null
  const vectors = (values: readonly Triple[]) =>
    document.createAccessor().setBuffer(buffer).setType('VEC3').setArray(Float32Array.from(values.flat()))
  const indices = document
    .createAccessor()
    .setBuffer(buffer)
    .setArray(Uint16Array.from(mesh.triangles.flat()))
  const primitive = document
    .createPrimitive()
    .setAttribute('POSITION', vectors(mesh.points))
    .setIndices(indices)
    .setMaterial(material)
  if (mesh.normals !== undefined) primitive.setAttribute('NORMAL', vectors(mesh.normals))
  return document.createNode(name).setMesh(document.createMesh(name).addPrimitive(primitive))
}

/** A camera in the scene, at a place and looking at another; `yFov` in radians. */
export function placeCamera(
  { document, scene }: SceneDraft,
  name: string,
  { from, to, yFov }: { readonly from: Triple; readonly to: Triple; readonly yFov: number },
): void {
  const camera = document.createCamera(name).setType('perspective').setYFov(yFov).setZNear(0.05)
  const node = document
    .createNode(name)
    .setCamera(camera)
    .setTranslation([...from])
  scene.addChild(node.setRotation(looking(from, to)))
}

/** The rotation, as a quaternion, by which a camera at a place looks at another and stays upright. */
function looking(from: Triple, to: Triple): [number, number, number, number] {
  const back = normalize(subtract(from, to))
  const right = normalize(cross([0, 1, 0], back))
  const up = cross(back, right)
  // A camera that looks ahead within a right angle has a positive w.
  const w = Math.sqrt(Math.max(0, 1 + right[0] + up[1] + back[2])) / 2
  const quarter = 1 / (4 * w)
  return [(up[2] - back[1]) * quarter, (back[0] - right[2]) * quarter, (right[1] - up[0]) * quarter, w]
}
