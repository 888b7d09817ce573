/** Calls of WASI that no sane program makes. Every answer is an error number or an orderly end. */
import {
  fails,
  passes,
  wasi,
  WASI_FUNCTIONS,
  type HostileCase,
  type ModuleText,
} from './hostile-case.fixture.ts'

/** Numbers that a function is called with, each in all its parameters. */
const EXTREMES = ['0', '1', '2', '3', '4', '-1', '2147483647', '-2147483648', '65535', '65536', '16'] as const
/** Error numbers of WASI preview 1. */
const [EBADF, EFAULT, EINVAL] = [8, 21, 28]

/** Ends with 99 unless the call answers one of these. */
function answers(call: string, errors: readonly number[]): string {
  const wrong = errors.map((error) => `(i32.ne (local.get $j) (i32.const ${error}))`)
  const all = wrong.reduce((a, b) => `(i32.and ${a} ${b})`)
  return `(local.set $j ${call}) (call $fail ${all})`
}

function error(name: string, call: string, errors: readonly number[], text?: ModuleText): HostileCase {
  return passes(name, wasi(answers(call, errors), text))
}

/** The output that is there already is not closed by mistake: the number of parameters may be as large as it likes. */
function everyFunctionWith(extreme: string): HostileCase {
  const calls = WASI_FUNCTIONS.map(([name, params]) => {
    const args = params.map((type) => `(${type}.const ${extreme})`).join(' ')
    return `(drop (call $${name} ${args}))`
  })
  return passes(`every function with ${extreme} everywhere`, wasi(calls.join('\n')))
}

const exit = (code: string, message: RegExp) =>
  fails('exit-code', `the exit code ${code}`, wasi(`(call $proc_exit (i32.const ${code}))`), message)
/** One buffer: 4 GiB less one byte at 16. */
const HUGE = { fields: '(data (i32.const 32) "\\10\\00\\00\\00\\ff\\ff\\ff\\ff")' }

/** Abuses of WASI. */
export const WASI_ABUSES: readonly HostileCase[] = [
  ...EXTREMES.map(everyFunctionWith),
  error(
    '4 billion buffers to write',
    '(call $fd_write (i32.const 1) (i32.const 0) (i32.const -1) (i32.const 8))',
    [EINVAL, EFAULT],
  ),
  error(
    '4 billion buffers to read',
    '(call $fd_read (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 8))',
    [EINVAL, EFAULT],
  ),
  error(
    'buffers behind memory',
    '(call $fd_write (i32.const 1) (i32.const 65532) (i32.const 1) (i32.const 8))',
    [EFAULT],
  ),
  error(
    'a buffer that ends behind memory',
    '(call $fd_write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 8))',
    [EFAULT, EINVAL],
    HUGE,
  ),
  error(
    'a buffer to read into that ends behind memory',
    '(call $fd_read (i32.const 0) (i32.const 32) (i32.const 1) (i32.const 8))',
    [EFAULT, EINVAL],
    HUGE,
  ),
  error(
    'a count that is to be written behind memory',
    '(call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const -2))',
    [EFAULT],
  ),
  error(
    'a file that is not open',
    '(call $fd_write (i32.const 77) (i32.const 16) (i32.const 1) (i32.const 8))',
    [EBADF],
  ),
  error(
    'a file by a number with a sign',
    '(call $fd_write (i32.const -2147483648) (i32.const 16) (i32.const 1) (i32.const 8))',
    [EBADF],
  ),
  error('random numbers behind memory', '(call $random_get (i32.const 1) (i32.const -1))', [EFAULT]),
  error('a clock that there is not', '(call $clock_time_get (i32.const 99) (i64.const 0) (i32.const 0))', [
    EINVAL,
  ]),
  error(
    'a time that is to be written behind memory',
    '(call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 65529))',
    [EFAULT],
  ),
  error(
    'waiting for 4 billion things',
    '(call $poll_oneoff (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 8))',
    [EINVAL, EFAULT],
  ),
  error(
    'waiting for nothing',
    '(call $poll_oneoff (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 8))',
    [EINVAL],
  ),
  error(
    'a path of 2 GiB',
    '(call $path_filestat_get (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 2147483647) (i32.const 256))',
    [EFAULT, EINVAL, 37],
  ),
  passes(
    'paths that leave the folder',
    wasi(
      [
        '../etc/passwd',
        '/etc/passwd',
        '..',
        'in/../../x',
        './/..//in',
        'in/',
        '',
        '\\00',
        'in\\00.txt',
        '\\ff\\fe',
        '.'.repeat(4_000),
      ]
        .map((path, i) => [path, 1_024 + 4_096 * i] as const)
        .map(([path, at]) => openOf(at, path === '\\00' ? 1 : path.length))
        .join('\n'),
      { memory: '2', fields: pathData() },
    ),
  ),
  passes(
    'standard files that are closed, and used',
    wasi(`
    ${['0', '1', '2', '3'].map((fd) => `(drop (call $fd_close (i32.const ${fd})))`).join(' ')}
    ${answers('(call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8))', [EBADF])}
    ${answers('(call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 8))', [EBADF])}
    ${answers('(call $fd_close (i32.const 1))', [EBADF])}`),
  ),
  passes(
    '3,000 files that are open at once',
    wasi(
      `(loop $again
    (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 2) (i32.const 0)
      (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 8)))
    (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 3000))))`,
      { fields: '(data (i32.const 32) "in")' },
    ),
  ),
  exit('255', /code 255/),
  exit('1', /code 1\b/),
  exit('-1', /code/),
  exit('-2147483648', /code/),
  passes('the exit code 0', wasi('(call $proc_exit (i32.const 0)) (unreachable)')),
  fails(
    'exit-code',
    'an exit in the start function',
    wasi('', { fields: '(func $s (call $proc_exit (i32.const 7))) (start $s)' }),
    /code 7/,
  ),
  passes(
    'a good exit in the start function',
    wasi('(unreachable)', { fields: '(func $s (call $proc_exit (i32.const 0))) (start $s)' }),
  ),
  passes(
    'an output that is written in the start function',
    wasi('', {
      fields: `(data (i32.const 16) "\\20\\00\\00\\00\\02\\00\\00\\00") (data (i32.const 32) "hi")
      (func $s (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8)))) (start $s)`,
    }),
    new TextEncoder().encode('hi'),
  ),
  fails(
    'exit-code',
    'last words that move the cursor',
    wasi(
      '(drop (call $fd_write (i32.const 2) (i32.const 16) (i32.const 1) (i32.const 8))) (call $proc_exit (i32.const 5))',
      {
        fields:
          '(data (i32.const 16) "\\20\\00\\00\\00\\09\\00\\00\\00") (data (i32.const 32) "\\1b[2J\\e2\\80\\aeok")',
      },
    ),
    /ok$/,
  ),
  fails(
    'exit-code',
    'last words of an unreasonable length',
    wasi(
      '(drop (call $fd_write (i32.const 2) (i32.const 16) (i32.const 1) (i32.const 8))) (call $proc_exit (i32.const 5))',
      { fields: '(data (i32.const 16) "\\20\\00\\00\\00\\00\\f0\\00\\00")' },
    ),
    /^.{1,500}$/s,
  ),
]

function openOf(at: number, length: number): string {
  return `(drop (call $path_open (i32.const 3) (i32.const 1) (i32.const ${at}) (i32.const ${length}) (i32.const 15)
    (i64.const -1) (i64.const -1) (i32.const 31) (i32.const 8)))
    (drop (call $path_filestat_get (i32.const 3) (i32.const 0) (i32.const ${at}) (i32.const ${length}) (i32.const 256)))
    (drop (call $path_unlink_file (i32.const 3) (i32.const ${at}) (i32.const ${length})))`
}

function pathData(): string {
  return [
    '../etc/passwd',
    '/etc/passwd',
    '..',
    'in/../../x',
    './/..//in',
    'in/',
    '',
    '\\00',
    'in\\00.txt',
    '\\ff\\fe',
    '.'.repeat(4_000),
  ]
    .map((path, i) => `(data (i32.const ${1_024 + 4_096 * i}) "${path}")`)
    .join(' ')
}
