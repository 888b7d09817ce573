import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, isAbsolute, join, normalize } from 'node:path'
import { z } from 'zod'
import { faultOf, refuse } from '../protocol/fault.ts'

/** A file to upload, and its name inside the scene. */
export interface LocalFile {
  readonly name: string
  readonly path: string
  readonly bytes: number
}

/** The part of a glTF 2.0 file that names other files. */
const GltfReferences = z.object({
  buffers: z.array(z.object({ uri: z.string().optional() })).optional(),
  images: z.array(z.object({ uri: z.string().optional() })).optional(),
})

/** A .gltf is JSON that refers to its bulk; one of more than this is none. */
const GLTF_BYTES_MAX = 256 << 20

/**
 * The files of a scene: a .glb alone, or a .gltf and what it refers to, first the main one.
 *
 * Only files below the scene's own folder count: the scene goes to other people's machines, and a stranger's .gltf
 * must not take anything else of this user's along.
 *
 * @throws FaultError `bad-input` with one clear line
 */
export async function sceneFiles(path: string): Promise<readonly LocalFile[]> {
  const extension = extname(path).toLowerCase()
  if (extension !== '.glb' && extension !== '.gltf') {
    refuse('bad-input', `${path} is not a glTF scene (.glb or .gltf)`)
  }
  const main = await localFile(path, basename(path))
  if (extension === '.glb') return [main]
  const names = new Set((await referencesOf(main)).filter((uri) => !/^data:/i.test(uri)).map(relativeName))
  const others = [...names].map((name) => localFile(join(dirname(path), name), name))
  return [main, ...(await Promise.all(others))]
}

/** A readable file of this machine. @throws FaultError `bad-input` */
export async function localFile(path: string, name: string): Promise<LocalFile> {
  try {
    const found = await stat(path)
    if (!found.isFile()) refuse('bad-input', `${path} is not a file`)
    return { name, path, bytes: found.size }
  } catch (error) {
    const { message } = faultOf(error, 'bad-input')
    return refuse('bad-input', message.startsWith('ENOENT') ? `${path} does not exist` : message, error)
  }
}

async function referencesOf(main: LocalFile): Promise<string[]> {
  if (main.bytes > GLTF_BYTES_MAX) refuse('bad-input', `${main.path} is too large for a .gltf file`)
  let json: unknown
  try {
    json = JSON.parse(await readFile(main.path, 'utf8'))
  } catch (error) {
    refuse('bad-input', `${main.path} is not JSON, so it is no .gltf file`, error)
  }
  const parsed = GltfReferences.safeParse(json)
  if (!parsed.success) refuse('bad-input', `${main.path} is not a .gltf file`)
  const { buffers = [], images = [] } = parsed.data
  return [...buffers, ...images].flatMap(({ uri }) => (uri === undefined ? [] : [uri]))
}

/** A reference as the path of a file below the scene's folder. */
function relativeName(uri: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(uri)
  } catch {
    decoded = uri
  }
  const name = normalize(decoded).replaceAll('\\', '/')
  if (/^[a-z][a-z0-9+.-]*:/i.test(decoded) || isAbsolute(name) || name.startsWith('../')) {
    refuse('bad-input', `the scene refers to ${uri}, which is not in its folder`)
  }
  return name
}
