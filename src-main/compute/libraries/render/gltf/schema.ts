import { z } from 'zod'

/** Entries of any list of a file; cities have a hundred thousand nodes. */
const LIST_MAX = 1 << 18

/** Elements of one accessor: the corners of as many triangles as the kernel takes, one by one. */
const ELEMENTS_MAX = 3 << 24

const index = z.int().min(0).max(LIST_MAX)
const bytes = z
  .int()
  .min(0)
  .max(2 ** 32)
const list = <T extends z.ZodType>(item: T) => z.array(item).max(LIST_MAX)
const numbers = (count: number) => z.array(z.number()).length(count)
const textureInfo = z.looseObject({ index, texCoord: z.int().min(0).max(15).optional() })
const attributes = z.record(z.string().max(64), index)

/** Bytes of one component, by the specification's number for its type (glTF 2.0, section 3.6.2.2). */
export const COMPONENT_BYTES = { 5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4 } as const

/** Components of one element, by the name of its type. */
export const TYPE_COMPONENTS = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT2: 4, MAT3: 9, MAT4: 16 } as const

const componentType = z.literal([5120, 5121, 5122, 5123, 5125, 5126])

const Accessor = z.looseObject({
  bufferView: index.optional(),
  byteOffset: bytes.optional(),
  componentType,
  count: z.int().min(1).max(ELEMENTS_MAX),
  type: z.enum(['SCALAR', 'VEC2', 'VEC3', 'VEC4', 'MAT2', 'MAT3', 'MAT4']),
  normalized: z.boolean().optional(),
  sparse: z
    .looseObject({
      count: z.int().min(1).max(ELEMENTS_MAX),
      indices: z.looseObject({ bufferView: index, byteOffset: bytes.optional(), componentType }),
      values: z.looseObject({ bufferView: index, byteOffset: bytes.optional() }),
    })
    .optional(),
})

const Primitive = z.looseObject({
  attributes,
  indices: index.optional(),
  material: index.optional(),
  mode: z.int().min(0).max(6).optional(),
  targets: z.array(attributes).max(1024).optional(),
})

const Material = z.looseObject({
  pbrMetallicRoughness: z
    .looseObject({
      baseColorFactor: numbers(4).optional(),
      metallicFactor: z.number().optional(),
      roughnessFactor: z.number().optional(),
      baseColorTexture: textureInfo.optional(),
      metallicRoughnessTexture: textureInfo.optional(),
    })
    .optional(),
  normalTexture: textureInfo.optional(),
  occlusionTexture: textureInfo.optional(),
  emissiveTexture: textureInfo.optional(),
  emissiveFactor: numbers(3).optional(),
  alphaMode: z.enum(['OPAQUE', 'MASK', 'BLEND']).optional(),
  alphaCutoff: z.number().optional(),
  doubleSided: z.boolean().optional(),
})

const Camera = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('perspective'),
    perspective: z.looseObject({
      yfov: z.number().positive().lt(Math.PI),
      znear: z.number().default(0.01),
      aspectRatio: z.number().positive().optional(),
    }),
  }),
  z.looseObject({
    type: z.literal('orthographic'),
    orthographic: z.looseObject({
      xmag: z.number().refine((x) => x !== 0, 'must not be 0'),
      ymag: z.number().refine((y) => y !== 0, 'must not be 0'),
      znear: z.number().default(0),
      zfar: z.number().default(1),
    }),
  }),
])

/**
 * The parts of a glTF 2.0 file that we or the reader behind us rely on, with the shapes that the
 * specification gives them and bounds on every list. Anything else in the file is passed on unseen.
 */
export const GltfJson = z.looseObject({
  asset: z.looseObject({ version: z.literal('2.0') }),
  extensionsUsed: z.array(z.string().max(256)).max(256).optional(),
  extensionsRequired: z.array(z.string().max(256)).max(256).optional(),
  scene: index.optional(),
  scenes: list(z.looseObject({ nodes: list(index).optional() })).optional(),
  nodes: list(
    z.looseObject({
      children: list(index).optional(),
      mesh: index.optional(),
      camera: index.optional(),
      skin: index.optional(),
      matrix: numbers(16).optional(),
      translation: numbers(3).optional(),
      rotation: numbers(4).optional(),
      scale: numbers(3).optional(),
      weights: z.array(z.number()).max(1024).optional(),
      extensions: z
        .looseObject({ EXT_mesh_gpu_instancing: z.looseObject({ attributes }).optional() })
        .optional(),
    }),
  ).optional(),
  meshes: list(
    z.looseObject({
      primitives: list(Primitive),
      weights: z.array(z.number()).max(1024).optional(),
    }),
  ).optional(),
  accessors: list(Accessor).optional(),
  bufferViews: list(
    z.looseObject({
      buffer: index,
      byteOffset: bytes.optional(),
      byteLength: bytes,
      byteStride: z.int().min(1).max(252).optional(),
    }),
  ).optional(),
  buffers: list(z.looseObject({ uri: z.string().optional(), byteLength: bytes })).optional(),
  images: list(
    z.looseObject({
      name: z.string().optional(),
      uri: z.string().optional(),
      bufferView: index.optional(),
      mimeType: z.string().max(256).optional(),
    }),
  ).optional(),
  textures: list(z.looseObject({ source: index.optional(), sampler: index.optional() })).optional(),
  samplers: list(
    z.looseObject({
      wrapS: z.literal([33071, 33648, 10497]).optional(),
      wrapT: z.literal([33071, 33648, 10497]).optional(),
      magFilter: z.int().optional(),
      minFilter: z.int().optional(),
    }),
  ).optional(),
  materials: list(Material).optional(),
  cameras: list(Camera).optional(),
  animations: list(
    z.looseObject({
      channels: list(
        z.looseObject({
          sampler: index,
          target: z.looseObject({ node: index.optional(), path: z.string().max(64) }),
        }),
      ),
      samplers: list(
        z.looseObject({
          input: index,
          output: index,
          interpolation: z.enum(['LINEAR', 'STEP', 'CUBICSPLINE']).optional(),
        }),
      ),
    }),
  ).optional(),
  skins: list(
    z.looseObject({ joints: list(index), inverseBindMatrices: index.optional(), skeleton: index.optional() }),
  ).optional(),
})
export type GltfJson = z.infer<typeof GltfJson>
