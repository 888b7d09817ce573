import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react'
import { IconPhotoUp } from '@tabler/icons-react'
import { useLocation } from 'wouter'
import type { JobId, SampleName } from '#contract'
import { showToast } from '../../../ui/notices/toast.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { chosenFiles, type Dropped, DROPPED_FILES_MAX, droppedFiles } from './dropped-files.ts'
import { addFiles, type DroppedFile, sceneCandidates } from './scene-files.ts'
import classes from './scene-drop.module.css'

/** The files of the render that is being prepared. */
interface SceneDrop {
  readonly files: readonly DroppedFile<File>[]
  /** Takes files as if they had been dropped. */
  readonly choose: (files: Iterable<File>) => void
  /** Forgets one of the files, by its path. */
  readonly leaveOut: (path: string) => void
  readonly clear: () => void
  /** The job whose settings and scene the render is prepared with. */
  readonly from: JobId | undefined
  /** Opens the form with the settings and the scene of a job. */
  readonly duplicate: (job: JobId) => void
  /** The sample that is being prepared, in place of files. */
  readonly sample: SampleName | undefined
  /** Opens the form with a draft of a sample. */
  readonly trySample: (name: SampleName) => void
}

/** The address of the form of a new render. */
const FORM_PLACE = '/jobs/new/render'

const SceneDropContext = createContext<SceneDrop | undefined>(undefined)

/** See `SceneDropZone`. */
export function useSceneDrop(): SceneDrop {
  const drop = use(SceneDropContext)
  if (drop === undefined) throw new Error('broken promise: useSceneDrop is used inside SceneDropZone')
  return drop
}

/**
 * Makes the whole window a place to drop a scene. A scene begins a new render; other files are added to the one that
 * is being prepared.
 */
export function SceneDropZone({ children }: { readonly children: ReactNode }) {
  const messages = useText()
  const text = messages.jobKinds.render
  const format = useFormat()
  const [place, navigate] = useLocation()
  const [files, setFiles] = useState<readonly DroppedFile<File>[]>([])
  const [from, setFrom] = useState<JobId>()
  const [sample, setSample] = useState<SampleName>()
  const [isOver, setIsOver] = useState(false)

  const take = useCallback(
    (dropped: Dropped) => {
      if (dropped.kind === 'too-many') {
        const message = text.dropTooMany(format.number(DROPPED_FILES_MAX))
        showToast({ message, color: 'bad' }, messages)
        return
      }
      const more = dropped.files
      if (more.length === 0) {
        showToast({ message: text.dropNothing, color: 'bad' }, messages)
        return
      }
      // Textures and light may come before their scene.
      const isAnew = (before: readonly DroppedFile<File>[]): boolean =>
        sceneCandidates(more).length > 0 && sceneCandidates(before).length > 0
      setSample(undefined)
      setFiles((before) => (isAnew(before) ? more : addFiles(before, more)))
      // A form that is open already keeps the address by which it was opened.
      if (place !== FORM_PLACE) navigate(FORM_PLACE)
    },
    [messages, text, format, place, navigate],
  )
  useWindowDrop(take, setIsOver)

  const drop = useMemo<SceneDrop>(
    () => ({
      files,
      choose: (list) => take(chosenFiles(list)),
      leaveOut: (gone) => setFiles((before) => before.filter(({ path }) => path !== gone)),
      clear: () => {
        setFiles([])
        setFrom(undefined)
        setSample(undefined)
      },
      from,
      duplicate: (job) => {
        setFiles([])
        setFrom(job)
        setSample(undefined)
        navigate(FORM_PLACE)
      },
      sample,
      trySample: (name) => {
        setFiles([])
        setFrom(undefined)
        setSample(name)
        navigate(FORM_PLACE)
      },
    }),
    [files, from, sample, take, navigate],
  )
  return (
    <SceneDropContext value={drop}>
      {children}
      {isOver && (
        <div className={classes['overlay']} aria-hidden="true">
          <div className={classes['target']}>
            <IconPhotoUp size={48} stroke={1.25} />
            <p className={classes['title']}>{text.dropHere}</p>
            <p className={classes['hint']}>{text.dropHint}</p>
          </div>
        </div>
      )}
    </SceneDropContext>
  )
}

/** Listens on the window while files are dragged over it. */
function useWindowDrop(onDrop: (dropped: Dropped) => void, setIsOver: (isOver: boolean) => void): void {
  useEffect(() => {
    // Enter and leave come in pairs for every element on the way; the window is left when all pairs are closed.
    let depth = 0
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false
    const settle = (): void => {
      depth = 0
      setIsOver(false)
    }
    const enter = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      depth += 1
      setIsOver(true)
    }
    const over = (event: DragEvent): void => {
      // Without this the browser opens the file instead.
      if (!hasFiles(event)) return
      event.preventDefault()
      // The drag may have begun before this screen was there.
      if (depth === 0) enter(event)
    }
    const leave = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      depth -= 1
      if (depth <= 0) settle()
    }
    const drop = (event: DragEvent): void => {
      if (event.dataTransfer === null || !hasFiles(event)) return
      event.preventDefault()
      settle()
      // A folder that goes away while it is read holds nothing any more.
      void droppedFiles(event.dataTransfer).then(onDrop, () => onDrop({ kind: 'files', files: [] }))
    }
    const listeners = { dragenter: enter, dragover: over, dragleave: leave, drop }
    for (const [name, listener] of Object.entries(listeners)) {
      window.addEventListener(name, listener as EventListener)
    }
    return () => {
      for (const [name, listener] of Object.entries(listeners)) {
        window.removeEventListener(name, listener as EventListener)
      }
    }
  }, [onDrop, setIsOver])
}
