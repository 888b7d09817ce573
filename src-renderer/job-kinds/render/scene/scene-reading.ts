import { useEffect, useMemo, useState } from 'react'
import {
  descriptionLength,
  GLB_FRONT_BYTES,
  outlineScene,
  type SceneOutline,
  type SceneRefusal,
} from './gltf-references.ts'
import type { NamingScene } from './file-fates.ts'
import { type DroppedFile, fileName, matchFiles, type MatchedFiles, sceneCandidates } from './scene-files.ts'

/** The state of reading the dropped files, which are read here and nowhere else. */
export type SceneReading =
  | { readonly state: 'none' }
  | { readonly state: 'no-scene' }
  | { readonly state: 'reading'; readonly main: DroppedFile<File> }
  | {
      readonly state: 'refused'
      readonly main: DroppedFile<File>
      readonly refusal: SceneRefusal | 'unreadable'
    }
  | {
      readonly state: 'ready'
      readonly main: DroppedFile<File>
      readonly outline: SceneOutline
      readonly matched: MatchedFiles<File>
    }

/** Reads the scene among dropped files: `chosen` where there are several, or the likeliest. */
export function useSceneReading(
  files: readonly DroppedFile<File>[],
  chosen: string | undefined,
): SceneReading {
  const main = useMemo(() => {
    const candidates = sceneCandidates(files)
    return candidates.find(({ path }) => path === chosen) ?? candidates[0]
  }, [files, chosen])
  const outcome = useOutline(main?.file)
  return useMemo<SceneReading>(() => {
    if (files.length === 0) return { state: 'none' }
    if (main === undefined) return { state: 'no-scene' }
    if (outcome === undefined) return { state: 'reading', main }
    if (!outcome.ok) return { state: 'refused', main, refusal: outcome.refusal }
    const { outline } = outcome
    return { state: 'ready', main, outline, matched: matchFiles(main, outline.references, files) }
  }, [files, main, outcome])
}

/** The files of a scene as they are uploaded: the main one under its own name first. */
export function scenePartsOf(
  reading: SceneReading,
): readonly { readonly name: string; readonly file: File }[] | undefined {
  if (reading.state !== 'ready') return undefined
  const { main, matched } = reading
  if (matched.missing.some(({ kind }) => kind === 'buffer')) return undefined
  const name = fileName(main.path)
  return [{ name, file: main.file }, ...matched.found.filter((part) => part.name !== name)]
}

/** The scene as other files' fates depend on it; none before it is read, and of one that is refused. */
export function namingSceneOf(reading: SceneReading): NamingScene<File> | undefined {
  if (reading.state !== 'ready') return undefined
  const { main, outline, matched } = reading
  const parts = new Set(matched.found.map(({ file }) => file))
  return { main, parts, hasReferences: outline.references.length > 0 }
}

type Outcome =
  | { readonly ok: true; readonly outline: SceneOutline }
  | { readonly ok: false; readonly refusal: SceneRefusal | 'unreadable' }

/** The outline of a file; undefined while it is read. */
function useOutline(file: File | undefined): Outcome | undefined {
  const [read, setRead] = useState<{ readonly file: File; readonly outcome: Outcome }>()
  useEffect(() => {
    if (file === undefined) return undefined
    let isCurrent = true
    readOutline(file).then(
      (outcome) => isCurrent && setRead({ file, outcome }),
      () => isCurrent && setRead({ file, outcome: { ok: false, refusal: 'unreadable' } }),
    )
    return () => {
      isCurrent = false
    }
  }, [file])
  return read !== undefined && read.file === file ? read.outcome : undefined
}

/** Reads only as much of the file as its description takes. */
async function readOutline(file: File): Promise<Outcome> {
  const front = new Uint8Array(await file.slice(0, GLB_FRONT_BYTES).arrayBuffer())
  const length = descriptionLength(front, file.size)
  if (typeof length !== 'number') return { ok: false, refusal: length }
  return outlineScene(new Uint8Array(await file.slice(0, length).arrayBuffer()))
}
