/** The camera of a scene. In a packed one it may be exchanged without packing the scene again. */
import { assert } from './assert.ts'
import { tan } from './exact-math.ts'
import { CAMERA_KINDS, HEADER } from './scene-layout.ts'

/** The eye. It looks along -z of its own space, with y up. */
export interface CameraDescription {
  /** World from camera, 3 rows of 4, row-major: each row is (x axis, y axis, z axis, origin). */
  readonly worldFromCamera: readonly number[]
  readonly projection:
    | {
        readonly kind: 'perspective'
        /** Full vertical angle of view, radians, below π. */
        readonly yfov: number
        /** Width by height of the view that must be visible; without it the image's own. */
        readonly aspect?: number
      }
    | {
        readonly kind: 'orthographic'
        /** Half the width and half the height of the view that must be visible, metres. */
        readonly xmag: number
        readonly ymag: number
      }
}

/** Writes a camera into the header of a packed scene. */
export function writeCamera(header: DataView, { worldFromCamera, projection }: CameraDescription): void {
  assert(worldFromCamera.length === 12, 'the camera matrix has 3 rows of 4')
  const floats = (at: number, values: readonly number[]): void =>
    values.forEach((value, i) => header.setFloat32(at + 4 * i, value, true))
  floats(HEADER.worldFromCamera, worldFromCamera)
  header.setUint32(HEADER.cameraKind, CAMERA_KINDS.indexOf(projection.kind), true)
  if (projection.kind === 'perspective') {
    floats(HEADER.cameraHalfHeight, [tan(projection.yfov / 2), projection.aspect ?? 0])
  } else {
    floats(HEADER.cameraHalfHeight, [projection.ymag, projection.xmag / projection.ymag])
  }
}

/** Gives a packed scene another camera. */
export function setCamera(packed: Uint8Array, camera: CameraDescription): void {
  assert(packed.byteLength >= HEADER.size, 'a packed scene has a header')
  writeCamera(new DataView(packed.buffer, packed.byteOffset, packed.byteLength), camera)
}

/** Where a packed scene's camera stands, its axes, and half the height of its view: at a distance of 1, or in metres. */
export interface PackedCamera {
  readonly kind: (typeof CAMERA_KINDS)[number]
  readonly origin: readonly [number, number, number]
  /** Away from what it looks at. */
  readonly back: readonly [number, number, number]
  readonly halfHeight: number
}

/** Reads the camera of a packed scene that was checked. */
export function readCamera(packed: Uint8Array): PackedCamera {
  const header = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const column = (index: number): readonly [number, number, number] => {
    const at = (row: number): number =>
      header.getFloat32(HEADER.worldFromCamera + 4 * (4 * row + index), true)
    return [at(0), at(1), at(2)]
  }
  return {
    kind: header.getUint32(HEADER.cameraKind, true) === 0 ? 'perspective' : 'orthographic',
    origin: column(3),
    back: column(2),
    halfHeight: header.getFloat32(HEADER.cameraHalfHeight, true),
  }
}
