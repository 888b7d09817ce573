import type { DroppedFile } from './scene-files.ts'

/** A whole project folder is fine, a whole disk is a mistake. */
export const DROPPED_FILES_MAX = 5_000

/** The outcome of reading a drop. */
export type Dropped =
  { readonly kind: 'files'; readonly files: readonly DroppedFile<File>[] } | { readonly kind: 'too-many' }

/** The files of a drop, folders included. Begins before the event is over: afterwards the browser forgets the items. */
export async function droppedFiles(transfer: DataTransfer): Promise<Dropped> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  // Files that were put there by a program have no entries.
  if (entries.length === 0) return chosenFiles(transfer.files)
  const files: DroppedFile<File>[] = []
  const waiting = [...entries]
  for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
    if (files.length + waiting.length > DROPPED_FILES_MAX) return { kind: 'too-many' }
    if (isDirectory(entry)) waiting.push(...(await childrenOf(entry)))
    else if (isFile(entry)) files.push({ path: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry) })
  }
  return { kind: 'files', files }
}

/** The files of an input element, with their folders where a folder was chosen. */
export function chosenFiles(list: Iterable<File>): Dropped {
  const files = [...list].map((file) => ({
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
    file,
  }))
  return files.length > DROPPED_FILES_MAX ? { kind: 'too-many' } : { kind: 'files', files }
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

/** A folder's entries, which the browser hands out a hundred at a time. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0 || all.length > DROPPED_FILES_MAX) return all
    all.push(...some)
  }
}
