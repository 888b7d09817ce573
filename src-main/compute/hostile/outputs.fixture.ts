/** Outputs and logs without end, and inputs that swell. The limits are 1 MiB of output and 1,000 bytes of log. */
import { fails, meshwork, meshworkResult, passes, wasi, type HostileCase } from './hostile-case.fixture.ts'

const OVER = /output.* limit/
const HOST = '(import "meshwork" "log" (func $log (param i32 i32)))'
const loop = (body: string) => `(loop $again ${body} (br $again))`
/** 64 KiB at 65,536, and a place for a number at 8. */
const PAGES = { memory: '17', fields: '(data (i32.const 16) "\\00\\00\\01\\00\\00\\00\\01\\00")' }
/** Runs of a length and a byte, as many as there are, written from the second page on. */
const EXPAND = `
  (local.set $j (i32.const 65536))
  (loop $again
    (memory.fill (local.get $j)
      (i32.load8_u offset=4 (i32.add (local.get $pointer) (local.get $i)))
      (i32.load (i32.add (local.get $pointer) (local.get $i))))
    (local.set $j (i32.add (local.get $j) (i32.load (i32.add (local.get $pointer) (local.get $i)))))
    (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 5))) (local.get $length))))`
const EXPANDED = `(i64.or (i64.shl (i64.const 65536) (i64.const 32))
  (i64.extend_i32_u (i32.sub (local.get $j) (i32.const 65536))))`

/** Runs of `length` zeros, `count` times. */
function runs(length: number, count: number): Uint8Array {
  const input = new Uint8Array(5 * count)
  const view = new DataView(input.buffer)
  for (let i = 0; i < count; i++) view.setUint32(5 * i, length, true)
  return input
}

const expander = meshwork(`${EXPAND} (return ${EXPANDED})`, { memory: '256' })
const opened = (body: string) => `
  (call $fail (call $path_open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 3) (i32.const 1)
    (i64.const -1) (i64.const 0) (i32.const 0) (i32.const 8)))
  ${body}`
const resized = (bytes: string) =>
  `(call $fail (call $fd_filestat_set_size (i32.load (i32.const 8)) (i64.const ${bytes})))`
const FILE = {
  memory: '17',
  fields: '(data (i32.const 16) "\\00\\00\\01\\00\\00\\00\\01\\00") (data (i32.const 32) "out")',
}

/** Bombs of output. */
export const OUTPUT_BOMBS: readonly HostileCase[] = [
  fails(
    'oversized',
    'an output of all memory',
    meshworkResult('(i64.const 16777216)', { memory: '256' }),
    OVER,
  ),
  fails(
    'oversized',
    'an output one byte too long',
    meshworkResult('(i64.const 1048577)', { memory: '17' }),
    OVER,
  ),
  passes(
    'an output of just the limit',
    meshworkResult('(i64.const 1048576)', { memory: '17' }),
    new Uint8Array(1 << 20),
  ),
  fails(
    'oversized',
    'a command that writes for ever',
    wasi(loop('(drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8)))'), PAGES),
    OVER,
  ),
  fails(
    'oversized',
    'a command that writes far behind the end',
    wasi(
      '(call $fail (call $fd_pwrite (i32.const 1) (i32.const 16) (i32.const 1) (i64.const 2097152) (i32.const 8)))',
      PAGES,
    ),
    OVER,
  ),
  fails(
    'oversized',
    'a command that seeks far behind the end and writes',
    wasi(
      opened(`
      (call $fail (call $fd_seek (i32.load (i32.const 8)) (i64.const 2097152) (i32.const 0) (i32.const 64)))
      (call $fail (call $fd_write (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i32.const 64)))`),
      FILE,
    ),
    OVER,
  ),
  fails('oversized', 'a command that makes its file too long', wasi(opened(resized('1048577')), FILE), OVER),
  // The gap up to the new end is zeros, and they cost fuel like written bytes.
  fails(
    'fuel-exhausted',
    'a command that makes its file as long as a disk',
    wasi(opened(resized('1099511627776')), FILE),
    /^used all/,
  ),
]

/** Bombs of log: what is over the limit is dropped, and the unit ends as it would have. */
export const LOG_BOMBS: readonly HostileCase[] = [
  passes(
    'a log of 16 MiB in one',
    meshwork('(call $log (i32.const 0) (i32.const 16777216))', {
      imports: HOST,
      memory: '256',
    }),
    undefined,
    { limits: { fuel: 1e9 } },
  ),
  passes(
    'a log of 10,000 lines',
    meshwork(
      `(loop $again (call $log (i32.const 0) (i32.const 80))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10000))))`,
      { imports: HOST },
    ),
  ),
  passes(
    'a log that is no text',
    meshwork('(call $log (i32.const 0) (i32.const 4))', {
      imports: HOST,
      fields: '(data (i32.const 0) "\\ff\\fe\\c0\\80")',
    }),
  ),
  fails(
    'fuel-exhausted',
    'a command that writes errors for ever',
    wasi(loop('(drop (call $fd_write (i32.const 2) (i32.const 16) (i32.const 1) (i32.const 8)))'), PAGES),
    /^used all/,
  ),
]

/** Small inputs that become large. */
export const SWELLING_INPUTS: readonly HostileCase[] = [
  passes('1,000 bytes that become 200 KB', expander, new Uint8Array(200_000), { input: runs(1_000, 200) }),
  fails('oversized', '1,000 bytes that become 2 MB', expander, OVER, { input: runs(10_000, 200) }),
  fails('trapped', '1,000 bytes that become 4 GB', expander, /./, { input: runs(20_000_000, 200) }),
  fails('fuel-exhausted', 'a length that wraps around', expander, /^used all/, {
    input: runs(0xffff_fff0, 2),
  }),
  fails(
    'fuel-exhausted',
    'a megabyte that is filled again and again',
    meshwork(loop('(memory.fill (i32.const 0) (i32.const 0) (i32.const 1048576))'), { memory: '17' }),
    /^used all/,
    {
      input: runs(1_000, 100_000),
    },
  ),
]
