import { refuse } from '../../../../protocol/fault.ts'
import { RANDOM_BYTE_FUEL, TEXT_BYTE_FUEL } from '../abi/host-costs.ts'
import type { UnitHost } from '../unit/unit-host.ts'
import { createRandomStream } from '../unit/unit-seed.ts'
import { fail } from './wasi-errno.ts'
import type { DescriptorTable } from './wasi-file.ts'
import type { WasiFunctions } from './wasi-functions.ts'

/** The program's own name, its first argument. */
const PROGRAM_NAME = 'module'
/** The variable that tells a program which unit it is. */
const UNIT_VARIABLE = 'MESHWORK_UNIT'

/** Arguments, environment, randomness, and the end. `ended` hears the exit code before the program is stopped. */
export function processFunctions(
  host: UnitHost,
  descriptors: DescriptorTable,
  ended: (code: number) => void,
): WasiFunctions {
  const { memory, charge, params } = host
  const args = () => [PROGRAM_NAME, ...params.args].map(cString)
  const environment = () => environmentOf(host).map(cString)
  const random = createRandomStream(params.seed, host.unit)

  const sizes = (stringsOf: () => readonly Uint8Array[]) => (count: number, bytes: number) => {
    const strings = stringsOf()
    memory.setUint32(count, strings.length)
    memory.setUint32(bytes, bytesOfAll(strings))
  }
  const copies = (stringsOf: () => readonly Uint8Array[]) => (pointers: number, buffer: number) => {
    const strings = stringsOf()
    charge(bytesOfAll(strings) * TEXT_BYTE_FUEL)
    memory.view(pointers, strings.length * 4)
    const target = memory.view(buffer, bytesOfAll(strings))
    let at = 0
    for (const [i, string] of strings.entries()) {
      memory.setUint32((pointers >>> 0) + i * 4, (buffer >>> 0) + at)
      target.set(string, at)
      at += string.byteLength
    }
  }
  const onSocket = (fd: number) => {
    descriptors.get(fd)
    fail('notSupported')
  }

  return {
    args_sizes_get: sizes(args),
    args_get: copies(args),
    environ_sizes_get: sizes(environment),
    environ_get: copies(environment),
    random_get: (pointer: number, bytes: number) => {
      const target = memory.view(pointer, bytes)
      charge(target.byteLength * RANDOM_BYTE_FUEL)
      random.fill(target)
    },
    proc_exit: (code: number) => {
      ended(code >>> 0)
      refuse('exit-code', `ended with exit code ${code >>> 0}`)
    },
    proc_raise: () => fail('noSystemCall'),
    sched_yield: () => undefined,
    fd_fdstat_set_rights: (fd: number) => void descriptors.get(fd),
    sock_accept: onSocket,
    sock_recv: onSocket,
    sock_send: onSocket,
    sock_shutdown: onSocket,
  }
}

/** `NAME=value`, sorted by name so that their order is no accident of the job's encoding; the unit's index last. */
function environmentOf({ params, unit }: UnitHost): string[] {
  const names = Object.keys(params.env).filter((name) => name !== UNIT_VARIABLE)
  names.sort((a, b) => (a < b ? -1 : 1))
  return [...names.map((name) => `${name}=${params.env[name] ?? ''}`), `${UNIT_VARIABLE}=${unit}`]
}

function cString(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`)
}

function bytesOfAll(strings: readonly Uint8Array[]): number {
  return strings.reduce((sum, string) => sum + string.byteLength, 0)
}
