/**
 * Why a file cannot be rendered; `message` is one clear line for the person who chose the file.
 *
 * - `not-gltf`: not a glTF 2.0 file, or one that breaks the specification
 * - `unsupported-extension`: the file cannot be read without `extension`
 * - `missing-resource`: a buffer that the file names was not handed over
 * - `bad-geometry`: vertices that are not finite numbers, indices that point nowhere
 * - `no-triangles`: nothing to see
 * - `no-camera`: the camera asked for is not in the file
 * - `scene-too-large`: beyond what the kernel or this importer takes, or the caller allows
 * - `out-of-memory`: this machine has no memory for it; another may
 */
export type ImportFault =
  | {
      readonly kind:
        | 'not-gltf'
        | 'missing-resource'
        | 'bad-geometry'
        | 'no-triangles'
        | 'no-camera'
        | 'scene-too-large'
        | 'out-of-memory'
      readonly message: string
    }
  | { readonly kind: 'unsupported-extension'; readonly extension: string; readonly message: string }

/**
 * Contents of a file that a picture will lack, though it can be rendered.
 *
 * - `missing-texture`: an image was not handed over or cannot be decoded; the material goes without it
 * - `ignored-extension`: the file uses it, says that one can do without, and so do we
 * - `texture-coordinates-differ`: textures of one material read different sets of coordinates; all read the first one's
 * - `animation-ignored`: a part of an animation, or all of it, is not shown
 */
export interface ImportWarning {
  readonly kind: 'missing-texture' | 'ignored-extension' | 'texture-coordinates-differ' | 'animation-ignored'
  readonly message: string
}

/** A fault on its way up to `importScene`, the one place that turns it back into data. */
export class ImportRefusal extends Error {
  override readonly name = 'ImportRefusal'
  readonly fault: ImportFault
  constructor(fault: ImportFault) {
    super(fault.message)
    this.fault = fault
  }
}

/** Gives up on the file. */
export function refuseFile(
  kind: Exclude<ImportFault['kind'], 'unsupported-extension'>,
  message: string,
): never {
  throw new ImportRefusal({ kind, message })
}
