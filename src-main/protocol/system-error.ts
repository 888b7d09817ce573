/** Plain words for error codes of operating systems, to follow a file's name. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the disk can only be read',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EEXIST: 'a file of that name is in the way',
  ENOSPC: 'no room is left on the disk',
  EDQUOT: 'this user’s part of the disk is full',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EBUSY: 'it is in use',
  ETXTBSY: 'it is in use',
  EIO: 'the disk failed',
}

/** Whether an error is the operating system's answer about a file or the like, and no defect of ours. */
export function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'errno' in error && 'code' in error && typeof error.code === 'string'
}

/** The operating system's error in plain words without the path; its own message for rare codes. */
export function systemWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return isSystemError(error) ? (WORDS[error.code] ?? message) : message
}
