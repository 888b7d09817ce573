import { useCallback, useEffect, useRef, useState } from 'react'
import type { Cid, SceneFile } from '#contract'
import { useCalls } from '../../../connection/calls.tsx'
import { faultText } from '../../../connection/fault-text.ts'
import { uploadFile } from '../../../connection/upload.ts'
import { useText } from '../../../state/text.tsx'

/** A file of a scene, under the name by which the scene knows it. */
type ScenePart = { readonly name: string; readonly file: File }

/** How far a scene is on its way to the node. */
export type SceneUpload =
  | { readonly state: 'idle' }
  | { readonly state: 'sending'; readonly sent: number; readonly all: number }
  | { readonly state: 'cancelled' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'done'; readonly files: readonly SceneFile[] }

/** Hands a scene's files to the node as soon as they are known; what was handed over before is not sent again. */
export function useSceneUpload(parts: readonly ScenePart[] | undefined): {
  readonly upload: SceneUpload
  readonly cancel: () => void
  readonly restart: () => void
} {
  const calls = useCalls()
  const text = useText()
  // Kept from one set of parts to the next, so that a texture that comes later is all that is sent.
  const [sentFiles] = useState(() => new Map<File, Cid>())
  const [course, setCourse] = useState<{
    readonly parts: readonly ScenePart[]
    readonly upload: SceneUpload
  }>()
  const [round, setRound] = useState(0)
  const controller = useRef<AbortController>(undefined)

  useEffect(() => {
    if (parts === undefined) return undefined
    const aborter = new AbortController()
    controller.current = aborter
    const tell = (upload: SceneUpload): void => {
      if (!aborter.signal.aborted) setCourse({ parts, upload })
    }
    sendAll(
      parts,
      sentFiles,
      (file, progress) => uploadFile(calls, file, { signal: aborter.signal, progress }),
      tell,
    ).then(
      (files) => tell({ state: 'done', files }),
      (error: unknown) => tell({ state: 'failed', message: faultText(error, text) }),
    )
    return () => aborter.abort()
  }, [calls, text, parts, sentFiles, round])

  const cancel = useCallback(() => {
    controller.current?.abort()
    if (parts !== undefined) setCourse({ parts, upload: { state: 'cancelled' } })
  }, [parts])
  const restart = useCallback(() => {
    sentFiles.clear()
    setCourse(undefined)
    setRound((before) => before + 1)
  }, [sentFiles])
  if (parts === undefined) return { upload: { state: 'idle' }, cancel, restart }
  return {
    upload: course?.parts === parts ? course.upload : { state: 'sending', sent: 0, all: 0 },
    cancel,
    restart,
  }
}

async function sendAll(
  parts: readonly ScenePart[],
  sentFiles: Map<File, Cid>,
  send: (file: File, progress: (bytes: number) => void) => Promise<Cid>,
  tell: (upload: SceneUpload) => void,
): Promise<readonly SceneFile[]> {
  const waiting = [...new Set(parts.map(({ file }) => file))].filter((file) => !sentFiles.has(file))
  const all = waiting.reduce((sum, { size }) => sum + size, 0)
  let sent = 0
  for (const file of waiting) {
    const before = sent
    sentFiles.set(file, await send(file, (bytes) => tell({ state: 'sending', sent: before + bytes, all })))
    sent += file.size
  }
  return parts.flatMap(({ name, file }) => {
    const cid = sentFiles.get(file)
    return cid === undefined ? [] : [{ name, cid }]
  })
}
