import {
  KHRLightsPunctual,
  KHRMaterialsEmissiveStrength,
  KHRMaterialsAnisotropy,
  KHRMaterialsClearcoat,
  KHRMaterialsDiffuseTransmission,
  KHRMaterialsDispersion,
  KHRMaterialsIOR,
  KHRMaterialsSheen,
  KHRMaterialsSpecular,
  KHRMaterialsTransmission,
  KHRMaterialsUnlit,
  KHRMaterialsVolume,
  KHRMeshQuantization,
  KHRTextureTransform,
} from '@gltf-transform/extensions'
import { encode as encodePngFile } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { checkScene } from '../../../../../wasm/path-trace/scene-check.ts'
import { TEXTURE } from '../../../../../wasm/path-trace/scene-layout.ts'
import { unpackScene } from '../../../../../wasm/path-trace/scene-unpack.ts'
import { packScene } from '../../../../../wasm/path-trace/scene.ts'
import { glbOf, meshNode, newDocument, rounded, sceneOf, SQUARE, squareNode } from './gltf.fixture.ts'
import { importScene } from './import-scene.ts'

const RED_AND_BLUE = Uint8Array.from(
  encodePngFile({ width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 0, 0, 255), channels: 3 }),
)
const { indices: SQUARE_INDICES, ...SQUARE_ATTRIBUTES } = SQUARE

describe('geometry', () => {
  test('nodes are baked into the world, parents included, and a mesh may hang in several', async () => {
    const { document, add } = newDocument()
    const square = squareNode(document)
    const parent = add(document.createNode().setTranslation([10, 0, 0]).setScale([2, 2, 2]))
    parent.addChild(document.createNode().setMesh(square.getMesh()).setTranslation([1, 0, 0]))
    add(square)
    const scene = await sceneOf(document)
    expect(scene.indices.length).toBe(12)
    expect(rounded(scene.positions.subarray(0, 12))).toEqual([12, 0, 0, 14, 0, 0, 14, 2, 0, 12, 2, 0])
    expect(rounded(scene.positions.subarray(12))).toEqual(SQUARE.POSITION)
    expect(checkScene(packScene(scene)).kind).toBe('scene')
  })

  test('normals follow the inverse transpose, and missing ones are left to the triangle', async () => {
    const { document, add } = newDocument()
    const slanted = Array.from({ length: 4 }, () => [Math.SQRT1_2, 0, Math.SQRT1_2]).flat()
    const attributes = { ...SQUARE_ATTRIBUTES, NORMAL: slanted }
    add(meshNode(document, { attributes, indices: SQUARE_INDICES })).setScale([2, 1, 1])
    add(squareNode(document))
    const { normals } = await sceneOf(document)
    expect(rounded(normals.subarray(0, 3))).toEqual(rounded([1 / Math.sqrt(5), 0, 2 / Math.sqrt(5)]))
    expect(rounded(normals.subarray(12))).toEqual(new Array(12).fill(0))
  })

  test('a mirroring node keeps its front faces in front', async () => {
    const { document, add } = newDocument()
    const attributes = { ...SQUARE_ATTRIBUTES, NORMAL: [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1] }
    add(meshNode(document, { attributes, indices: SQUARE_INDICES })).setScale([-1, 1, 1])
    const { positions, normals, indices } = await sceneOf(document)
    const corner = (i: number) => positions.subarray(3 * (indices[i] ?? 0), 3 * (indices[i] ?? 0) + 2)
    const [[ax = 0, ay = 0], [bx = 0, by = 0], [cx = 0, cy = 0]] = [corner(0), corner(1), corner(2)]
    expect((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)).toBeGreaterThan(0)
    expect(rounded(normals.subarray(0, 3))).toEqual([0, 0, 1])
  })

  test('strips, fans and lists without indices give the same square', async () => {
    const [a, b, c, d] = [
      [0, 0, 0],
      [1, 0, 0],
      [1, 1, 0],
      [0, 1, 0],
    ]
    const areaOf = async (mode: number, corners: (number[] | undefined)[]) => {
      const { document, add } = newDocument()
      add(meshNode(document, { attributes: { POSITION: corners.flatMap((p) => p ?? []) }, mode }))
      const { positions, indices } = await sceneOf(document)
      const at = (i: number, k: number) => positions[3 * (indices[i] ?? 0) + k] ?? 0
      let area = 0
      for (let t = 0; t < indices.length; t += 3) {
        const [ux, uy] = [at(t + 1, 0) - at(t, 0), at(t + 1, 1) - at(t, 1)]
        area += (ux * (at(t + 2, 1) - at(t, 1)) - uy * (at(t + 2, 0) - at(t, 0))) / 2
      }
      return area
    }
    expect(await areaOf(4, [a, b, c, a, c, d])).toBe(1)
    expect(await areaOf(5, [a, b, d, c])).toBe(1)
    expect(await areaOf(6, [a, b, c, d])).toBe(1)
  })

  test('points and lines are left out, and triangles without surface too', async () => {
    const { document, add } = newDocument()
    add(meshNode(document, { attributes: { POSITION: SQUARE.POSITION }, mode: 0 }))
    add(meshNode(document, { attributes: { POSITION: SQUARE.POSITION }, mode: 3 }))
    add(
      meshNode(document, { attributes: { POSITION: SQUARE.POSITION }, indices: [0, 1, 2, 0, 0, 1, 2, 1, 2] }),
    )
    expect((await sceneOf(document)).indices).toEqual(Uint32Array.of(0, 1, 2))
  })

  test('quantised positions come out as what they stand for', async () => {
    const { document, add } = newDocument()
    document.createExtension(KHRMeshQuantization).setRequired(true)
    const node = add(squareNode(document))
    node
      .getMesh()
      ?.listPrimitives()[0]
      ?.getAttribute('POSITION')
      ?.setNormalized(true)
      .setArray(Int16Array.from(SQUARE.POSITION, (x) => x * 32_767))
    expect(rounded((await sceneOf(document)).positions)).toEqual(SQUARE.POSITION)
  })

  test('morph targets count with the weights at which the file rests', async () => {
    const { document, add } = newDocument()
    const node = add(squareNode(document))
    const deltas = document.createAccessor().setBuffer(document.getRoot().listBuffers()[0] ?? null)
    deltas.setType('VEC3').setArray(Float32Array.from(SQUARE.POSITION, (_, i) => (i % 3 === 2 ? 4 : 0)))
    const target = document.createPrimitiveTarget().setAttribute('POSITION', deltas)
    node.getMesh()?.setWeights([0.25]).listPrimitives()[0]?.addTarget(target)
    const { positions } = await sceneOf(document)
    expect(positions[2]).toBe(1)
  })

  test('a skin moves its vertices by their bones, not by the node that holds the mesh', async () => {
    const { document, add } = newDocument()
    const buffer = document.getRoot().listBuffers()[0] ?? null
    const still = add(document.createNode())
    const moved = document.createNode().setTranslation([0, 0, 6])
    still.addChild(moved)
    const JOINTS_0 = Array.from({ length: 4 }, () => [0, 1, 0, 0]).flat()
    const WEIGHTS_0 = Array.from({ length: 4 }, () => [0.5, 0.5, 0, 0]).flat()
    const attributes = { ...SQUARE_ATTRIBUTES, JOINTS_0, WEIGHTS_0 }
    const bind = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    const inverse = document.createAccessor().setBuffer(buffer).setType('MAT4')
    inverse.setArray(Float32Array.from([...bind, ...bind]))
    const skin = document.createSkin().addJoint(still).addJoint(moved).setInverseBindMatrices(inverse)
    add(meshNode(document, { attributes, indices: SQUARE_INDICES }))
      .setSkin(skin)
      .setTranslation([99, 0, 0])
    const { positions } = await sceneOf(document)
    expect(rounded(positions.subarray(0, 3))).toEqual([0, 0, 3])
  })

  test('vertex colours are passed on unless they are white', async () => {
    const { document, add } = newDocument()
    const COLOR_0 = [1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1]
    add(squareNode(document))
    expect((await sceneOf(document)).colors).toHaveLength(0)
    add(meshNode(document, { attributes: { ...SQUARE_ATTRIBUTES, COLOR_0 }, indices: SQUARE_INDICES }))
    expect(rounded((await sceneOf(document)).colors)).toEqual([...new Array<number>(16).fill(1), ...COLOR_0])
  })
})

describe('materials', () => {
  test('metallic-roughness fields and extensions arrive as the kernel has them', async () => {
    const { document, add } = newDocument()
    const material = document
      .createMaterial()
      .setBaseColorFactor([0.1, 0.2, 0.3, 0.4])
      .setMetallicFactor(0.25)
      .setRoughnessFactor(0.75)
      .setEmissiveFactor([1, 0.5, 0])
      .setAlphaMode('MASK')
      .setAlphaCutoff(0.6)
      .setDoubleSided(true)
    const strength = document.createExtension(KHRMaterialsEmissiveStrength).createEmissiveStrength()
    const glass = document.createExtension(KHRMaterialsTransmission).createTransmission()
    const inside = document.createExtension(KHRMaterialsVolume).createVolume()
    material.setExtension('KHR_materials_emissive_strength', strength.setEmissiveStrength(8))
    material.setExtension('KHR_materials_transmission', glass.setTransmissionFactor(0.9))
    material.setExtension(
      'KHR_materials_ior',
      document.createExtension(KHRMaterialsIOR).createIOR().setIOR(1.33),
    )
    material.setExtension('KHR_materials_volume', inside.setThicknessFactor(1).setAttenuationDistance(2))
    add(squareNode(document, material))
    const [read] = (await sceneOf(document)).materials
    expect(read).toMatchObject({
      baseColor: [0.1, 0.2, 0.3],
      alpha: 0.4,
      alphaMode: 'mask',
      alphaCutoff: 0.6,
      metallic: 0.25,
      roughness: 0.75,
      emissive: [8, 4, 0],
      transmission: 0.9,
      ior: 1.33,
      thinWalled: false,
      attenuationDistance: 2,
      doubleSided: true,
    })
  })

  test('specular, clearcoat and sheen arrive with their textures, in the colours that glTF says', async () => {
    const { document, add } = newDocument()
    const texture = document.createTexture().setImage(RED_AND_BLUE).setMimeType('image/png')
    const specular = document.createExtension(KHRMaterialsSpecular).createSpecular()
    const coat = document.createExtension(KHRMaterialsClearcoat).createClearcoat()
    const sheen = document.createExtension(KHRMaterialsSheen).createSheen()
    const material = document
      .createMaterial()
      .setExtension(
        'KHR_materials_specular',
        specular.setSpecularFactor(0.5).setSpecularColorFactor([2, 1, 0]).setSpecularColorTexture(texture),
      )
      .setExtension(
        'KHR_materials_clearcoat',
        coat
          .setClearcoatFactor(0.75)
          .setClearcoatRoughnessFactor(0.25)
          .setClearcoatNormalTexture(texture)
          .setClearcoatNormalScale(0.5),
      )
      .setExtension(
        'KHR_materials_sheen',
        sheen
          .setSheenColorFactor([0.5, 0.25, 1])
          .setSheenRoughnessFactor(0.5)
          .setSheenRoughnessTexture(texture),
      )
    add(squareNode(document, material))
    const { materials, textures, tangents } = await sceneOf(document)
    expect(materials[0]).toMatchObject({
      specular: 0.5,
      specularColor: [2, 1, 0],
      clearcoat: 0.75,
      clearcoatRoughness: 0.25,
      clearcoatNormalScale: 0.5,
      sheenColor: [0.5, 0.25, 1],
      sheenRoughness: 0.5,
    })
    const slots = materials[0]?.textures
    expect(textures[slots?.specularColor ?? -1]?.srgb).toBe(true)
    expect(textures[slots?.clearcoatNormal ?? -1]?.srgb).toBe(false)
    expect(slots?.sheenRoughness).toBe(slots?.clearcoatNormal)
    expect(slots?.clearcoat).toBe(-1)
    // The coat's normal map needs tangents, although the base has no map.
    expect(tangents.length).toBeGreaterThan(0)
  })

  test('diffuse transmission and dispersion arrive', async () => {
    const { document, add } = newDocument()
    const texture = document.createTexture().setImage(RED_AND_BLUE).setMimeType('image/png')
    const leaf = document.createExtension(KHRMaterialsDiffuseTransmission).createDiffuseTransmission()
    const prism = document.createExtension(KHRMaterialsDispersion).createDispersion()
    const material = document
      .createMaterial()
      .setExtension('KHR_materials_dispersion', prism.setDispersion(0.5))
      .setExtension(
        'KHR_materials_diffuse_transmission',
        leaf
          .setDiffuseTransmissionFactor(0.25)
          .setDiffuseTransmissionColorFactor([1, 0.5, 0.25])
          .setDiffuseTransmissionColorTexture(texture),
      )
    add(squareNode(document, material))
    const { materials, textures } = await sceneOf(document)
    expect(materials[0]).toMatchObject({
      diffuseTransmission: 0.25,
      diffuseTransmissionColor: [1, 0.5, 0.25],
      dispersion: 0.5,
    })
    expect(textures[materials[0]?.textures.diffuseTransmissionColor ?? -1]?.srgb).toBe(true)
  })

  test('anisotropy arrives with its direction, and tangents along u where the file has none', async () => {
    const { document, add } = newDocument()
    const brushed = document.createExtension(KHRMaterialsAnisotropy).createAnisotropy()
    const material = document
      .createMaterial()
      .setExtension(
        'KHR_materials_anisotropy',
        brushed.setAnisotropyStrength(0.75).setAnisotropyRotation(Math.PI / 2),
      )
    add(squareNode(document, material))
    const { materials, tangents } = await sceneOf(document)
    expect(materials[0]?.anisotropy).toBe(0.75)
    expect(rounded(materials[0]?.anisotropyDirection ?? [])).toEqual([0, 1])
    expect(rounded(tangents.subarray(0, 4))).toEqual([1, 0, 0, 1])
  })

  test('an index of 0 with specular colours reflects as these say, up to all', async () => {
    const { document, add } = newDocument()
    const specular = document.createExtension(KHRMaterialsSpecular).createSpecular()
    const material = document
      .createMaterial()
      .setExtension('KHR_materials_specular', specular.setSpecularColorFactor([1, 0.5, 0]))
      .setExtension('KHR_materials_ior', document.createExtension(KHRMaterialsIOR).createIOR().setIOR(0))
    add(squareNode(document, material))
    const [read] = (await sceneOf(document)).materials
    expect(read).toMatchObject({ ior: 1.5, specularColor: [25, 12.5, 0] })
  })

  test('an unlit surface shines with its colour and reflects nothing', async () => {
    const { document, add } = newDocument()
    const material = document.createMaterial().setBaseColorFactor([0.5, 0.25, 1, 1])
    material.setExtension('KHR_materials_unlit', document.createExtension(KHRMaterialsUnlit).createUnlit())
    add(squareNode(document, material))
    const [read] = (await sceneOf(document)).materials
    expect(read).toMatchObject({
      baseColor: [0, 0, 0],
      metallic: 0,
      emissive: [0.5, 0.25, 1],
      coloredEmission: true,
    })
  })

  test('an image is decoded once, and listed once for each way of reading it', async () => {
    const { document, add } = newDocument()
    const texture = document.createTexture().setImage(RED_AND_BLUE).setMimeType('image/png')
    const material = document.createMaterial().setBaseColorTexture(texture).setEmissiveTexture(texture)
    material.setMetallicRoughnessTexture(texture)
    material.getBaseColorTextureInfo()?.setWrapS(33071).setWrapT(33648).setMagFilter(9728)
    add(squareNode(document, material))
    const { textures, materials } = await sceneOf(document)
    expect(textures).toHaveLength(3)
    expect(textures[0]).toMatchObject({
      width: 2,
      height: 1,
      srgb: true,
      wrapU: 'clamp',
      wrapV: 'mirror',
      filter: 'nearest',
    })
    expect([...(textures[0]?.rgba ?? [])]).toEqual([255, 0, 0, 255, 0, 0, 255, 255])
    expect(textures[1]).toMatchObject({ srgb: false, wrapU: 'repeat' })
    expect(textures[0]?.rgba).toBe(textures[1]?.rgba)
    expect(materials[0]?.textures).toMatchObject({
      baseColor: 0,
      metallicRoughness: 1,
      emissive: 2,
      normal: -1,
    })
  })

  test('each texture lies by its own transform, on the set that the base colour reads', async () => {
    const { document, add } = newDocument()
    const texture = document.createTexture().setImage(RED_AND_BLUE).setMimeType('image/png')
    const material = document.createMaterial().setBaseColorTexture(texture).setEmissiveTexture(texture)
    material.setMetallicRoughnessTexture(texture)
    const transform = document.createExtension(KHRTextureTransform).createTransform()
    transform
      .setOffset([0.5, 0.25])
      .setScale([2, 4])
      .setRotation(Math.PI / 2)
      .setTexCoord(1)
    for (const info of [material.getBaseColorTextureInfo(), material.getEmissiveTextureInfo()]) {
      info?.setExtension('KHR_texture_transform', transform)
    }
    material.getMetallicRoughnessTextureInfo()?.setTexCoord(1)
    const coordinates = [0, 0, 1, 0, 0, 1, 0.5, 0.5]
    const attributes = { POSITION: SQUARE.POSITION, TEXCOORD_1: coordinates }
    add(meshNode(document, { attributes, indices: SQUARE_INDICES, material }))
    const imported = await importScene({ bytes: await glbOf(document) })
    if (imported.kind !== 'scene') throw new Error(imported.message)
    expect(imported.warnings).toEqual([])
    const { uvs, materials, textures } = imported.scene
    expect(rounded(uvs)).toEqual(coordinates)
    const slots = materials[0]?.textures
    // A quarter turn counter-clockwise, v downwards, takes +u to −v and +v to +u.
    const turned = [0, 4, 0.5, -2, 0, 0.25]
    expect(rounded(textures[slots?.baseColor ?? -1]?.transform ?? [])).toEqual(turned)
    expect(slots?.emissive).toBe(slots?.baseColor)
    expect(textures[slots?.metallicRoughness ?? -1]?.transform).toEqual([1, 0, 0, 0, 1, 0])
  })

  test('an image that lies in many ways is in the packed scene once', async () => {
    const { document, add } = newDocument()
    const texture = document.createTexture().setImage(RED_AND_BLUE).setMimeType('image/png')
    const extension = document.createExtension(KHRTextureTransform)
    for (let i = 0; i < 8; i++) {
      const material = document.createMaterial().setBaseColorTexture(texture)
      const transform = extension.createTransform().setOffset([i / 8, 0])
      material.getBaseColorTextureInfo()?.setExtension('KHR_texture_transform', transform)
      add(squareNode(document, material))
    }
    const scene = await sceneOf(document)
    expect(scene.textures).toHaveLength(8)
    const packed = packScene(scene)
    expect(checkScene(packed).kind).toBe('scene')
    expect(packScene(unpackScene(packed))).toEqual(packed)
    const one = { ...scene, textures: scene.textures.slice(0, 1) }
    expect(packed.length - packScene(one).length).toBe(7 * TEXTURE.size)
  })

  test('textures of one material that read different sets are reported', async () => {
    const { document, add } = newDocument()
    const texture = document.createTexture().setImage(RED_AND_BLUE).setMimeType('image/png')
    const material = document.createMaterial('wall').setBaseColorTexture(texture).setEmissiveTexture(texture)
    material.getEmissiveTextureInfo()?.setTexCoord(1)
    add(squareNode(document, material))
    const imported = await importScene({ bytes: await glbOf(document) })
    expect(imported).toMatchObject({ kind: 'scene', warnings: [{ kind: 'texture-coordinates-differ' }] })
  })

  test('a normal map without tangents gets them: along u, with the bitangent up the picture', async () => {
    const { document, add } = newDocument()
    const texture = document.createTexture().setImage(RED_AND_BLUE).setMimeType('image/png')
    const material = document.createMaterial().setNormalTexture(texture)
    add(squareNode(document, material))
    const { tangents } = await sceneOf(document)
    expect(rounded(tangents.subarray(0, 4))).toEqual([1, 0, 0, 1])
  })

  test('mirrored texture coordinates turn the handedness', async () => {
    const { document, add } = newDocument()
    const texture = document.createTexture().setImage(RED_AND_BLUE).setMimeType('image/png')
    const material = document.createMaterial().setNormalTexture(texture)
    const attributes = { ...SQUARE_ATTRIBUTES, TEXCOORD_0: [1, 1, 0, 1, 0, 0, 1, 0] }
    add(meshNode(document, { attributes, indices: SQUARE_INDICES, material }))
    expect(rounded((await sceneOf(document)).tangents.subarray(0, 4))).toEqual([-1, 0, 0, -1])
  })

  test('a missing or damaged image is a warning, and the material goes without', async () => {
    const { document, add } = newDocument()
    const texture = document
      .createTexture('bricks')
      .setImage(Uint8Array.of(1, 2, 3))
      .setMimeType('image/png')
    add(squareNode(document, document.createMaterial().setBaseColorTexture(texture)))
    const imported = await importScene({ bytes: await glbOf(document) })
    if (imported.kind !== 'scene') throw new Error(imported.message)
    expect(imported.warnings).toEqual([
      { kind: 'missing-texture', message: expect.stringContaining('bricks') as string },
    ])
    expect(imported.scene.materials[0]?.textures.baseColor).toBe(-1)
  })
})

describe('cameras and lights', () => {
  test('cameras are picked by index, without the scale of their nodes', async () => {
    const { document, add } = newDocument()
    add(squareNode(document))
    const wide = document.createCamera().setType('perspective').setYFov(1).setAspectRatio(2)
    const flat = document.createCamera().setType('orthographic').setXMag(3).setYMag(2)
    add(document.createNode().setCamera(wide).setTranslation([1, 2, 3]).setScale([5, 5, 5]))
    add(document.createNode().setCamera(flat))
    const first = (await sceneOf(document)).camera
    expect(first.projection).toEqual({ kind: 'perspective', yfov: 1, aspect: 2 })
    expect(rounded(first.worldFromCamera)).toEqual([1, 0, 0, 1, 0, 1, 0, 2, 0, 0, 1, 3])
    const second = (await sceneOf(document, { camera: 1 })).camera
    expect(second.projection).toEqual({ kind: 'orthographic', xmag: 3, ymag: 2 })
    expect(await importScene({ bytes: await glbOf(document) }, { camera: 2 })).toMatchObject({
      kind: 'no-camera',
    })
  })

  test('a camera further out than a scene may reach is refused, as the kernel would', async () => {
    const { document, add } = newDocument()
    add(squareNode(document))
    const camera = document.createCamera().setType('perspective').setYFov(1)
    add(document.createNode().setCamera(camera).setTranslation([1e30, 0, 0]))
    expect(await importScene({ bytes: await glbOf(document) })).toMatchObject({ kind: 'scene-too-large' })
  })

  test.each([0.5, 1, 16 / 9])(
    'a file without a camera is framed whole and tight at aspect %d',
    async (aspect) => {
      const { document, add } = newDocument()
      add(squareNode(document)).setScale([30, 2, 1]).setTranslation([100, -50, 7])
      const { camera, positions } = await sceneOf(document, { aspect })
      const m = camera.worldFromCamera
      if (camera.projection.kind !== 'perspective') throw new Error('expected a perspective')
      const slope = Math.tan(camera.projection.yfov / 2)
      let widest = 0
      for (let i = 0; i < positions.length; i += 3) {
        const d = [0, 1, 2].map((row) => (positions[i + row] ?? 0) - (m[4 * row + 3] ?? 0))
        const [x = 0, y = 0, z = 0] = [0, 1, 2].map((axis) =>
          [0, 1, 2].reduce((sum, row) => sum + (m[4 * row + axis] ?? 0) * (d[row] ?? 0), 0),
        )
        expect(z).toBeLessThan(0)
        widest = Math.max(widest, Math.abs(x / z) / (slope * aspect), Math.abs(y / z) / slope)
      }
      expect(widest).toBeLessThan(1)
      expect(widest).toBeGreaterThan(0.9)
    },
  )

  test('punctual lights shine along −z of their nodes, colour times intensity', async () => {
    const { document, add } = newDocument()
    add(squareNode(document))
    const lights = document.createExtension(KHRLightsPunctual)
    const put = (light: ReturnType<typeof lights.createLight>) =>
      add(document.createNode().setExtension('KHR_lights_punctual', light))
    put(lights.createLight().setType('directional').setColor([1, 0.5, 0]).setIntensity(4)).setRotation([
      -Math.SQRT1_2,
      0,
      0,
      Math.SQRT1_2,
    ])
    put(lights.createLight().setType('point').setIntensity(7).setRange(9)).setTranslation([1, 2, 3])
    put(lights.createLight().setType('spot').setInnerConeAngle(0.2).setOuterConeAngle(0.3))
    const scene = await sceneOf(document)
    expect(scene.lights).toMatchObject([
      { kind: 'directional', intensity: [4, 2, 0] },
      { kind: 'point', position: [1, 2, 3], intensity: [7, 7, 7], range: 9 },
      { kind: 'spot', innerConeAngle: 0.2, outerConeAngle: 0.3, range: 0 },
    ])
    const [sun] = scene.lights
    expect(rounded(sun?.kind === 'directional' ? sun.direction : [])).toEqual([0, -1, 0])
    expect(scene.environment).toEqual({ kind: 'constant', radiance: [0, 0, 0] })
    expect(checkScene(packScene(scene)).kind).toBe('scene')
  })

  test('a scene without light gets the studio, one lit by its own lamp does not', async () => {
    const { document, add } = newDocument()
    const lamp = document.createMaterial()
    add(squareNode(document, lamp))
    expect((await sceneOf(document)).environment.kind).toBe('map')
    lamp.setEmissiveFactor([1, 1, 1])
    expect((await sceneOf(document)).environment).toEqual({ kind: 'constant', radiance: [0, 0, 0] })
    const environment = { kind: 'constant', radiance: [1, 2, 3] } as const
    expect((await sceneOf(document, { environment })).environment).toEqual(environment)
  })

  test('[G14] an emissive texture is light by its texels: glowing dots on a dark one bring the studio', async () => {
    const { document, add } = newDocument()
    const texels = (glowing: number) =>
      Uint8Array.from(
        encodePngFile({
          width: 16,
          height: 16,
          channels: 3,
          data: Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (Math.floor(i / 3) < glowing ? 255 : 0)),
        }),
      )
    const texture = document.createTexture().setImage(texels(2)).setMimeType('image/png')
    const lamp = document.createMaterial().setEmissiveFactor([1, 1, 1]).setEmissiveTexture(texture)
    add(squareNode(document, lamp))
    expect((await sceneOf(document)).environment.kind).toBe('map')
    texture.setImage(texels(128))
    expect((await sceneOf(document)).environment).toEqual({ kind: 'constant', radiance: [0, 0, 0] })
  })
})
