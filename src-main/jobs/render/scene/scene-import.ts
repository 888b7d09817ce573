import { z } from 'zod'
import { LitBy, type SceneFiles } from '#contract'
import type { BlobStore } from '../../../ports/blob-store.ts'
import type { RunInput } from '../../../ports/runner.ts'
import { assert, refuse } from '../../../protocol/fault.ts'
import type { Cid } from '../../../protocol/ids.ts'
import type { RenderLight } from '../../../protocol/job-kinds/render-light.ts'
import type { RenderView } from '../../../protocol/job-kinds/render-view.ts'
import { framingAspect } from '../../../protocol/job-kinds/render-tasks.ts'
import type { Params } from '../../../protocol/work.ts'
import { runLocalTask, storeOutput } from '../../local-task.ts'
import { runFile } from '../../../ports/run-inputs.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { IMPORT } from '../local-algorithms.ts'
import { blobsOf, createKeptScenes, type ImportedScene } from './kept-scenes.ts'

/** The roles of an import's inputs that are not file names. */
const SCENE_ROLE = 'scene'
const ENVIRONMENT_ROLE = 'environment'
/** An import of the largest scene that fits takes about a minute. */
const IMPORT_LIMITS = { wallMsMax: 10 * 60_000, memoryBytesMax: 4 * 2 ** 30, outputBytesMax: 2 * 2 ** 30 }

/** The scene to import, and the view of it. */
export interface SceneView {
  readonly files: SceneFiles['files']
  readonly main: string
  readonly environment?: Cid | undefined
  /** The light around it, in place of what the file or the picture brings. */
  readonly light?: RenderLight | undefined
  readonly camera?: number | undefined
  /** In place of a camera. */
  readonly view?: RenderView | undefined
  /** Seconds after the start of its animations; at rest when absent. */
  readonly seconds?: number | undefined
  /** Pixels of the picture. */
  readonly width: number
  readonly height: number
}

/** The facts about a scene that `render.import` answers. */
const ImportInfo = z.object({
  files: z.record(z.string(), z.string()),
  digest: z.string(),
  decode_bytes: z.number().min(0),
  kernel_bytes: z.number().min(0),
  triangles: z.int().min(1),
  lit_by: LitBy.exclude(['nothing']),
  framed: z.boolean(),
  camera: z.int().min(0).optional(),
  warnings: z.array(z.object({ kind: z.string(), message: z.string() })),
})

/** Imports scenes, and remembers the last few. */
export interface SceneImports {
  /**
   * Imports a scene, or finds it imported, and keeps it for `owner`.
   * @throws FaultError `bad-input` for files that are no scene, `blob-missing`
   */
  take(view: SceneView, owner: string, signal: AbortSignal): Promise<ImportedScene>
}

/** Creates the imports. What an earlier run of the program kept is let go. */
export function createSceneImports(dependencies: JobDependencies): SceneImports {
  const { blobs } = dependencies
  const kept = createKeptScenes(blobs)
  /** Imports at work by what they import, so that the same import is not begun twice. */
  const atWork = new Map<string, Promise<ImportedScene>>()
  let tasks = 0

  function bytesOf(cid: Cid): number {
    return blobs.info(cid)?.bytes ?? 0
  }

  async function runImport(view: SceneView, key: string, signal: AbortSignal): Promise<ImportedScene> {
    const owner = `api:import:${tasks++}`
    const { camera, seconds, light, view: eye } = view
    const aspect = framingAspect(view)
    const params: Params = {
      aspect,
      ...(camera === undefined ? {} : { camera }),
      ...(seconds === undefined ? {} : { seconds }),
      ...(light === undefined ? {} : { light }),
      ...(eye === undefined ? {} : { view: eye }),
    }
    try {
      const given = sceneInputs(blobs, view, owner)
      const result = await runLocalTask(
        dependencies.runner,
        {
          id: owner,
          algorithmId: IMPORT.id,
          algorithmVersion: IMPORT.version,
          params,
          inputs: given,
          limits: IMPORT_LIMITS,
        },
        signal,
      )
      const info = ImportInfo.parse(result.info)
      const { files, digest, decode_bytes, kernel_bytes, triangles, lit_by, warnings, framed } = info
      const packed = await storeOutput(blobs, result.output, owner)
      const inputs: Record<string, Cid> = {}
      for (const [role, output] of Object.entries(result.extras)) {
        inputs[role] = (await storeOutput(blobs, output, owner)).cid
      }
      for (const [role, name] of Object.entries(files)) inputs[role] = cidOf(given, name)
      // Light that the import made travels in place of the picture.
      if (view.environment !== undefined) inputs[ENVIRONMENT_ROLE] ??= view.environment
      const scene: ImportedScene = {
        inputs,
        bytes: [...new Set(Object.values(inputs))].reduce((sum, cid) => sum + bytesOf(cid), 0),
        digest,
        // The scene in the kernel, and the arrays that it is packed of.
        memoryBytes: kernel_bytes + packed.bytes + decode_bytes,
        packed: packed.cid,
        triangles,
        ...(info.camera === undefined ? {} : { camera: info.camera }),
        litBy: lit_by,
        warnings,
      }
      kept.add({ key, aspect: framed ? aspect : undefined, scene })
      return scene
    } finally {
      blobs.unpin(owner)
    }
  }

  return {
    async take(view, owner, signal) {
      const key = keyOf(view)
      // The first caller may have given up, or wanted another shape: then this call imports by itself.
      for (let other = atWork.get(key); other !== undefined; other = atWork.get(key)) {
        await other.catch(() => undefined)
      }
      let scene = kept.find(key, framingAspect(view))
      if (scene === undefined) {
        const importing = runImport(view, key, signal).finally(() => atWork.delete(key))
        atWork.set(key, importing)
        scene = await importing
      }
      blobs.pin(blobsOf(scene), owner)
      return scene
    },
  }
}

/** The cache key of an import: all that decides it but the shape of the picture. */
function keyOf({ files, main, environment, light, camera, view, seconds }: SceneView): string {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1))
  return JSON.stringify([
    sorted.map(({ name, cid }) => [name, cid]),
    main,
    environment,
    light,
    camera,
    view,
    seconds,
  ])
}

function cidOf(inputs: Record<string, RunInput>, role: string): Cid {
  const input = inputs[role]
  assert(input !== undefined, 'an import names the files that it was given')
  return input.cid
}

/**
 * A scene's files as the inputs of a task by role, kept for `owner`: the main file, the environment, and every other
 * file under its own name. @throws FaultError `bad-input`, `blob-missing`
 */
export function sceneInputs(
  blobs: BlobStore,
  { files, main, environment }: Pick<SceneView, 'files' | 'main' | 'environment'>,
  owner: string,
): Record<string, RunInput> {
  const inputs: Record<string, RunInput> = {}
  const add = (role: string, cid: Cid, what: string): void => {
    if (Object.hasOwn(inputs, role)) refuse('bad-input', `the scene has two files named ${what}`)
    inputs[role] = runFile(blobs, cid, what)
    blobs.pin(cid, owner)
  }
  const mainFile = files.find((file) => file.name === main)
  if (mainFile === undefined) refuse('bad-input', `the scene's main file ${main} is not among its files`)
  add(SCENE_ROLE, mainFile.cid, main)
  if (environment !== undefined) add(ENVIRONMENT_ROLE, environment, 'the environment')
  for (const file of files) if (file !== mainFile) add(file.name, file.cid, file.name)
  return inputs
}
