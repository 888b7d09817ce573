import { readFile, realpath } from 'node:fs/promises'
import { basename, dirname, extname, join, posix, sep } from 'node:path'
import { z } from 'zod'
import { refuse } from '../../../protocol/fault.ts'
import { isNestedTooDeep } from '../../../protocol/json-nesting.ts'
import { localFile, refuseUnreadable, type LocalFile } from '../../files/local-file.ts'

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
 * Only files that lie in the scene's own folder count, after links were followed: the scene goes to other people's
 * machines, and a stranger's .gltf must not take anything else of this user's along.
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
  const folder = await realpath(dirname(path))
  const uris = (await referencesOf(main)).filter((uri) => !/^data:/i.test(uri))
  const byName = new Map(uris.map((uri) => [relativeName(uri), uri]))
  const others = [...byName].map(([name, uri]) => fileBelow(folder, name, uri))
  return [main, ...(await Promise.all(others))]
}

/** A file that really lies in a folder, under its real path, so that no link can be changed before it is read. */
async function fileBelow(folder: string, name: string, uri: string): Promise<LocalFile> {
  const path = join(folder, name)
  const real = await realpath(path).catch((error: unknown) => refuseUnreadable(path, error))
  const folderPrefix = folder.endsWith(sep) ? folder : folder + sep
  if (!real.startsWith(folderPrefix)) refuseOutside(uri)
  return localFile(real, name)
}

function refuseOutside(uri: string): never {
  refuse('bad-input', `the scene refers to ${uri}, which is not in its folder`)
}

async function referencesOf(main: LocalFile): Promise<string[]> {
  if (main.bytes > GLTF_BYTES_MAX) refuse('bad-input', `${main.path} is too large for a .gltf file`)
  const text = await readFile(main.path, 'utf8').catch((error: unknown) => refuseUnreadable(main.path, error))
  if (isNestedTooDeep(text)) refuse('bad-input', `${main.path} is nested too deeply for a .gltf file`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    refuse('bad-input', `${main.path} is not JSON, so it is no .gltf file`, error)
  }
  const parsed = GltfReferences.safeParse(json)
  if (!parsed.success) refuse('bad-input', `${main.path} is not a .gltf file`)
  const { buffers = [], images = [] } = parsed.data
  return [...buffers, ...images].flatMap(({ uri }) => (uri === undefined ? [] : [uri]))
}

/** A reference as the path of a file below the scene's folder, the same on every system: `\` is a separator on some. */
function relativeName(uri: string): string {
  const decoded = decodedUri(uri).replaceAll('\\', '/')
  const name = posix.normalize(decoded)
  // A scheme, a drive's letter and another machine's share lead elsewhere, wherever the file is.
  const isElsewhere = /^[a-z][a-z0-9+.-]*:/i.test(decoded) || name.startsWith('/') || name.includes('\0')
  if (isElsewhere || name === '.' || name === './' || /^\.\.(\/|$)/.test(name)) refuseOutside(uri)
  return name
}

function decodedUri(uri: string): string {
  try {
    return decodeURIComponent(uri)
  } catch {
    // A name that has a percent sign of its own stands as it is written.
    return uri
  }
}
