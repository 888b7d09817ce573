import createWabt from 'wabt'
import type { Fault } from '../../protocol/fault.ts'
import type { UnitLimits } from '../../protocol/unit-limits.ts'

/** A hostile module, and how it ends. */
export interface HostileCase {
  readonly name: string
  readonly module: Uint8Array
  /** Its input; empty when absent. */
  readonly input?: Uint8Array
  /** Limits that differ from those of hostile-run.fixture.ts. */
  readonly limits?: Partial<UnitLimits>
  /** The fault, and what its message says; or the output of a harmless module. */
  readonly ends:
    | { readonly kind: Fault['kind']; readonly message: RegExp }
    | { readonly kind: 'done'; readonly output?: Uint8Array }
}

const wabt = await createWabt()
const FEATURES = {
  exceptions: true,
  mutable_globals: true,
  sat_float_to_int: true,
  sign_extension: true,
  simd: true,
  threads: true,
  multi_value: true,
  tail_call: true,
  bulk_memory: true,
  reference_types: true,
  extended_const: true,
  memory64: true,
  multi_memory: true,
  relaxed_simd: true,
  function_references: true,
}

/** Assembles text. Nothing is validated: wrong modules are wanted too. */
export function wat(text: string): Uint8Array<ArrayBuffer> {
  const module = wabt.parseWat('hostile.wat', text, FEATURES)
  try {
    return Uint8Array.from(module.toBinary({}).buffer)
  } finally {
    module.destroy()
  }
}

/** Parts of a module as text. */
export interface ModuleText {
  readonly imports?: string
  /** Everything but the ABI's own exports. */
  readonly fields?: string
  /** The memory's limits. */
  readonly memory?: string
  /** `alloc` without its head: `(param $length i32) (result i32)`. */
  readonly alloc?: string
}

/**
 * A module of ABI meshwork-1 whose `run` has this code.
 * @param run leaves nothing; then the output is empty
 */
export function meshwork(run: string, text: ModuleText = {}): Uint8Array<ArrayBuffer> {
  const { imports = '', fields = '', memory = '1', alloc = '(i32.const 1024)' } = text
  return wat(`(module ${imports}
    (memory (export "memory") ${memory}) ${fields}
    (func $alloc (export "alloc") (param $length i32) (result i32) ${alloc})
    (func $run (export "run") (param $pointer i32) (param $length i32) (result i64)
      ${LOCALS} ${run} (i64.const 0)))`)
}

/** Locals that the code of a case may use. */
const LOCALS = '(local $i i32) (local $j i32) (local $l i64) (local $f f32) (local $d f64)'

/** The same where `run` leaves what it returns: the output's pointer and length. */
export function meshworkResult(run: string, text: ModuleText = {}): Uint8Array<ArrayBuffer> {
  return meshwork(`(return ${run})`, text)
}

const WASI_TYPES: Readonly<Record<string, string>> = {
  args_get: 'i32 i32',
  args_sizes_get: 'i32 i32',
  clock_res_get: 'i32 i32',
  clock_time_get: 'i32 i64 i32',
  environ_get: 'i32 i32',
  environ_sizes_get: 'i32 i32',
  fd_advise: 'i32 i64 i64 i32',
  fd_allocate: 'i32 i64 i64',
  fd_close: 'i32',
  fd_datasync: 'i32',
  fd_fdstat_get: 'i32 i32',
  fd_fdstat_set_flags: 'i32 i32',
  fd_fdstat_set_rights: 'i32 i64 i64',
  fd_filestat_get: 'i32 i32',
  fd_filestat_set_size: 'i32 i64',
  fd_filestat_set_times: 'i32 i64 i64 i32',
  fd_pread: 'i32 i32 i32 i64 i32',
  fd_prestat_dir_name: 'i32 i32 i32',
  fd_prestat_get: 'i32 i32',
  fd_pwrite: 'i32 i32 i32 i64 i32',
  fd_read: 'i32 i32 i32 i32',
  fd_readdir: 'i32 i32 i32 i64 i32',
  fd_renumber: 'i32 i32',
  fd_seek: 'i32 i64 i32 i32',
  fd_sync: 'i32',
  fd_tell: 'i32 i32',
  fd_write: 'i32 i32 i32 i32',
  path_create_directory: 'i32 i32 i32',
  path_filestat_get: 'i32 i32 i32 i32 i32',
  path_filestat_set_times: 'i32 i32 i32 i32 i64 i64 i32',
  path_link: 'i32 i32 i32 i32 i32 i32 i32',
  path_open: 'i32 i32 i32 i32 i32 i64 i64 i32 i32',
  path_readlink: 'i32 i32 i32 i32 i32 i32',
  path_remove_directory: 'i32 i32 i32',
  path_rename: 'i32 i32 i32 i32 i32 i32',
  path_symlink: 'i32 i32 i32 i32 i32',
  path_unlink_file: 'i32 i32 i32',
  poll_oneoff: 'i32 i32 i32 i32',
  proc_raise: 'i32',
  random_get: 'i32 i32',
  sched_yield: '',
  sock_accept: 'i32 i32 i32',
  sock_recv: 'i32 i32 i32 i32 i32 i32',
  sock_send: 'i32 i32 i32 i32 i32',
  sock_shutdown: 'i32 i32',
}

/** Every function of WASI preview 1 that returns an error number, and its parameters. */
export const WASI_FUNCTIONS: readonly (readonly [string, readonly string[]])[] = Object.entries(
  WASI_TYPES,
).map(([name, params]) => [name, params === '' ? [] : params.split(' ')])

/** A WASI command that may call everything; `$fail` ends it with the code 99 unless the number given is 0. */
export function wasi(start: string, text: ModuleText = {}): Uint8Array<ArrayBuffer> {
  const { imports = '', fields = '', memory = '1' } = text
  const functions = WASI_FUNCTIONS.map(
    ([name, params]) =>
      `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${params.join(' ')}) (result i32)))`,
  )
  return wat(`(module ${functions.join('\n')}
    (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32))) ${imports}
    (memory (export "memory") ${memory}) ${fields}
    (func $fail (param i32) (if (local.get 0) (then (call $proc_exit (i32.const 99)))))
    (func $start (export "_start") ${LOCALS} ${start}))`)
}

/** A case that ends with a fault. */
export function fails(
  kind: Fault['kind'],
  name: string,
  module: Uint8Array,
  message: RegExp,
  more: Pick<HostileCase, 'input' | 'limits'> = {},
): HostileCase {
  return { name, module, ends: { kind, message }, ...more }
}

/** A case that ends well, though one might think otherwise. */
export function passes(
  name: string,
  module: Uint8Array,
  output?: Uint8Array,
  more: Pick<HostileCase, 'input' | 'limits'> = {},
): HostileCase {
  return { name, module, ends: { kind: 'done', ...(output === undefined ? {} : { output }) }, ...more }
}

/** A harmless unit, which says so. */
export const GOOD: HostileCase = passes(
  'a good unit',
  meshworkResult('(i64.const 0x0000100000000004)', { fields: '(data (i32.const 4096) "good")' }),
)
