/** The error numbers of WASI preview 1 that this host answers with (its `errno`, in the order of witx). */
export const ERRNO = {
  success: 0,
  access: 2,
  badFile: 8,
  exists: 20,
  fault: 21,
  invalid: 28,
  isDirectory: 31,
  fileTableFull: 41,
  nameTooLong: 37,
  noEntry: 44,
  noSystemCall: 52,
  notDirectory: 54,
  notSupported: 58,
  readOnly: 69,
  seekOnPipe: 70,
  notCapable: 76,
} as const

/** An answer with an error, on its way out of a host function. */
export class WasiError extends Error {
  override readonly name = 'WasiError'
  readonly errno: number
  constructor(errno: number) {
    super(`errno ${errno}`)
    this.errno = errno
  }
}

/** One of each, made once: a program may ask for errors in a loop, and a stack trace takes microseconds. */
const ERRORS = Object.fromEntries(
  Object.entries(ERRNO).map(([name, errno]) => [name, new WasiError(errno)]),
) as Readonly<Record<keyof typeof ERRNO, WasiError>>

/** Answers with an error. */
export function fail(name: keyof typeof ERRNO): never {
  throw ERRORS[name]
}
