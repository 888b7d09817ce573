import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program that runs arm64's programs here, and the folder of that system's libraries. */
export interface Emulator {
  readonly kind: 'emulator'
  readonly program: string
  readonly libraries: string
}

/** Something is not there: one line that says so, and how to install it. */
export interface Unavailable {
  readonly kind: 'unavailable'
  readonly message: string
}

/** Where to look. */
export interface EmulatorSearch {
  readonly platform: string
  readonly arch: string
  /** Folders of programs, as `PATH` has them. */
  readonly path: string
  /** A folder with arm64's `lib`. */
  readonly libraries: string
}

/** Debian's package names it `-static`; others may not. */
const PROGRAMS = ['qemu-aarch64-static', 'qemu-aarch64']
/** The folder in which Debian's packages for cross-compiling put arm64's libraries. */
const LIBRARIES = '/usr/aarch64-linux-gnu'
/** All that Node for arm64 needs of them. */
const NEEDED = ['ld-linux-aarch64.so.1', 'libc.so.6', 'libstdc++.so.6', 'libgcc_s.so.1', 'libm.so.6']
const INSTALL = 'apt-get install qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross'

/** This machine. `QEMU_LD_PREFIX` names another folder of libraries, as it does for qemu itself. */
export function thisMachine(): EmulatorSearch {
  return {
    platform: process.platform,
    arch: process.arch,
    path: process.env['PATH'] ?? '',
    libraries: process.env['QEMU_LD_PREFIX'] ?? LIBRARIES,
  }
}

/** Finds qemu and arm64's libraries. Only Linux on x64 can compare: elsewhere one of the two sides is missing. */
export function findEmulator({ platform, arch, path, libraries }: EmulatorSearch): Emulator | Unavailable {
  if (platform !== 'linux' || arch !== 'x64') {
    return unavailable(`x64 is compared with arm64 on Linux on x64 only, and this is ${platform} on ${arch}`)
  }
  const folders = path.split(delimiter).filter((folder) => folder !== '')
  const program = PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync)
  if (program === undefined) return unavailable(`${PROGRAMS.join(' or ')} is not installed: ${INSTALL}`)
  const missing = NEEDED.filter((name) => !existsSync(join(libraries, 'lib', name)))
  if (missing.length > 0) {
    return unavailable(`${missing.join(', ')} of arm64 not found below ${libraries}: ${INSTALL}`)
  }
  return { kind: 'emulator', program, libraries }
}

function unavailable(message: string): Unavailable {
  return { kind: 'unavailable', message }
}
