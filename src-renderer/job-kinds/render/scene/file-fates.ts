import { type DroppedFile, fileName } from './scene-files.ts'

/** The use of a dropped file for the render that is being prepared; a text of the catalogue goes with each. */
export type FileFate =
  | 'scene'
  | 'other-scene'
  | 'part'
  | 'light'
  | 'other-light'
  /** No scene is there yet that could name it. */
  | 'waits'
  /** A picture that the scene does not name; `self-contained` where it names no file at all. */
  | 'picture'
  | 'picture-of-self-contained'
  | 'blend'
  | 'other-program'
  | 'exr'
  | 'archive'
  | 'unused'

/** A dropped file and its use. */
export interface FatedFile<F> {
  readonly file: DroppedFile<F>
  readonly fate: FileFate
}

/** The scene that is being prepared, as far as it decides about other files. */
export interface NamingScene<F> {
  readonly main: DroppedFile<F>
  /** Dropped files that it refers to. */
  readonly parts: ReadonlySet<F>
  /** Whether it refers to files beside it. */
  readonly hasReferences: boolean
}

/** Pictures of distant light that the renderer takes. */
const LIGHT_EXTENSION = /\.hdr$/i
const PICTURE_EXTENSION = /\.(png|jpe?g|webp|ktx2|tga|bmp|tiff?|gif|avif|heic|psd|dds|svg)$/i
/** Scenes of other programs, which write glTF. */
const OTHER_PROGRAM_EXTENSION =
  /\.(fbx|obj|mtl|dae|usd[acz]?|stl|ply|3ds|max|ma|mb|c4d|skp|abc|3dm|step|stp|x3d)$/i
const ARCHIVE_EXTENSION = /\.(zip|rar|7z|tar|gz|tgz|bz2|xz)$/i
/** Files other than pictures that scenes use. */
const PART_EXTENSION = /\.(bin|hdr)$/i
/** Endings that decide a file's fate, whatever the scene, unless it is the scene or a part of it. */
const KNOWN: readonly (readonly [RegExp, FileFate])[] = [
  [/\.(glb|gltf)$/i, 'other-scene'],
  [/\.blend\d*$/i, 'blend'],
  [/\.exr$/i, 'exr'],
  [OTHER_PROGRAM_EXTENSION, 'other-program'],
  [ARCHIVE_EXTENSION, 'archive'],
]

/** The dropped picture that lights the scene: the latest that is no part of it. */
export function lightAmong<F>(
  files: readonly DroppedFile<F>[],
  parts: ReadonlySet<F>,
): DroppedFile<F> | undefined {
  return files.findLast(({ path, file }) => LIGHT_EXTENSION.test(path) && !parts.has(file))
}

/** The use of each dropped file: the light first, which has a button, then those without a use, which its user has to know. */
export function fatesOf<F>(
  files: readonly DroppedFile<F>[],
  scene: NamingScene<F> | undefined,
): FatedFile<F>[] {
  const light = lightAmong(files, scene?.parts ?? new Set<F>())
  return files
    .map((file) => ({ file, fate: fateOf(file, scene, light) }))
    .sort((a, b) => placeOf(a.fate) - placeOf(b.fate))
}

function placeOf(fate: FileFate): number {
  if (fate === 'light') return 0
  return isUsed(fate) ? 2 : 1
}

/** Whether a file with this fate is in the picture. */
export function isUsed(fate: FileFate): boolean {
  return fate === 'scene' || fate === 'part' || fate === 'light'
}

function fateOf<F>(
  file: DroppedFile<F>,
  scene: NamingScene<F> | undefined,
  light: DroppedFile<F> | undefined,
): FileFate {
  const name = fileName(file.path)
  if (file === scene?.main) return 'scene'
  if (scene?.parts.has(file.file) === true) return 'part'
  const known = KNOWN.find(([ending]) => ending.test(name))
  if (known !== undefined) return known[1]
  if (LIGHT_EXTENSION.test(name) && file !== light) return 'other-light'
  const isPicture = PICTURE_EXTENSION.test(name)
  if (scene === undefined) return isPicture || PART_EXTENSION.test(name) ? 'waits' : 'unused'
  if (file === light) return 'light'
  if (!isPicture) return 'unused'
  return scene.hasReferences ? 'picture' : 'picture-of-self-contained'
}
