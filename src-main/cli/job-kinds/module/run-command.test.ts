import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import wabt from 'wabt'
import { z } from 'zod'
import { runMeshctl } from '../../meshctl.ts'

const EXAMPLES = join(import.meta.dirname, '../../../../wasm/examples/c')
const histogram = join(EXAMPLES, 'histogram.wasm')
const statistics = join(EXAMPLES, 'line-statistics.wasm')

/** USER_HZ, the unit of processor time in /proc, is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'meshwork-run-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** One `meshctl run`: its exit code and what it said. */
async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const code = await runMeshctl(['run', ...argv], {
    out: (text) => void (out += text),
    outBytes: (bytes) => {
      out += Buffer.from(bytes).toString('latin1')
      return Promise.resolve()
    },
    err: (text) => void (err += text),
    columns: undefined,
  })
  return { code, out, err }
}

/** Writes a file for a run to read. */
async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

/** Builds a module from its text. */
async function moduleOf(name: string, text: string): Promise<string> {
  const tools = await wabt()
  return file(name, tools.parseWat(name, text).toBinary({}).buffer)
}

const Printed = z.object({
  output: z.object({ cid: z.string(), bytes: z.int() }),
  metrics: z.object({ fuel: z.int(), peak_pages: z.int(), copied_bytes: z.int() }),
  engine: z.string(),
})

/** Counts of each byte of a text, as the example writes them. */
function countsOf(text: string): Buffer {
  const counts = Buffer.alloc(2_048)
  for (const byte of Buffer.from(text)) {
    counts.writeBigUInt64LE(counts.readBigUInt64LE(byte * 8) + 1n, byte * 8)
  }
  return counts
}

const TEXT = 'the quick brown fox\n'.repeat(500)

describe('meshctl run', () => {
  it('runs a module of meshwork-1, saves its output, and prints what it cost', async () => {
    const input = await file('fox.txt', TEXT)
    const out = join(folder, 'fox.histogram')
    const { code, out: printed, err } = await run(histogram, '--input', input, '--out', out)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const fact of ['fuel', 'time', 'memory', 'copied', 'output', 'cid', 'engine']) {
      expect(printed).toMatch(new RegExp(`^${fact} +\\S`, 'm'))
    }
    expect((await readFile(out)).equals(countsOf(TEXT))).toBe(true)
    expect(await readFile(input, 'utf8')).toBe(TEXT)
  })

  it('runs a WASI command with arguments and environment, the same fuel each time', async () => {
    const input = await file('words.txt', 'a b a\nc a\n')
    const argv = [statistics, '--input', input, '--arg', '--top', '--arg', '1', '--env', 'LANG=C', '--json']
    const runs = [await run(...argv), await run(...argv)].map(({ code, out }) => {
      expect(code).toBe(0)
      return Printed.parse(JSON.parse(out))
    })
    expect(runs[0]!.metrics.fuel).toBeGreaterThan(10_000)
    expect(runs[1]!.metrics.fuel).toBe(runs[0]!.metrics.fuel)
    expect(runs[1]!.output).toEqual(runs[0]!.output)
    expect(runs[0]!.engine).toMatch(/^wasm\.module@\d+\.\d+\.\d+\+fuel-/)
    const text = await run(statistics, '--input', input, '--arg', '--top', '--arg', '1', '--out', '-')
    expect(text.out).toContain('words 5')
    expect(text.err).toContain('fuel')
  })

  it('shows what the module logged on standard error, made safe', async () => {
    const path = await moduleOf(
      'logs.wasm',
      `(module (import "meshwork" "log" (func $log (param i32 i32)))
        (memory (export "memory") 1) (data (i32.const 0) "hello\\1b[2J")
        (func (export "alloc") (param i32) (result i32) i32.const 64)
        (func (export "run") (param i32 i32) (result i64) (call $log (i32.const 0) (i32.const 9)) i64.const 0))`,
    )
    const { code, err } = await run(path)
    expect({ code, err }).toEqual({ code: 0, err: 'hello\ufffd[2J\n' })
  })

  it.each<[what: string, argv: () => Promise<string[]> | string[], line: RegExp]>([
    ['a file that is no module', async () => [await file('no.wasm', 'nothing')], /^module refused: .+/],
    [
      'a module that wants too much memory',
      async () => [
        await moduleOf('big.wasm', '(module (memory (export "memory") 60000) (func (export "_start")))'),
      ],
      /^module refused: memory minimum 60000 pages is over the limit 4096/,
    ],
    ['too little fuel', () => [statistics, '--fuel', '1000'], /^used all 1000 units of fuel$/],
    [
      'a loop that its time ends',
      async () => [
        await moduleOf(
          'loop.wasm',
          '(module (memory (export "memory") 1) (func (export "_start") (loop br 0)))',
        ),
        '--fuel',
        '9e15',
        '--timeout',
        '300ms',
      ],
      /300 ms/,
    ],
    ['an exit code', () => [statistics, '--arg', '--bogus'], /^ended with exit code 1: /],
  ])('ends with code 1 and one line for %s', async (_, argv, line) => {
    const { code, out, err } = await run(...(await argv()))
    expect({ code, out }).toEqual({ code: 1, out: '' })
    const [last] = err.trimEnd().split('\n').slice(-1)
    expect(last?.startsWith('meshctl: ')).toBe(true)
    expect(last?.slice('meshctl: '.length)).toMatch(line)
  })

  it.each([
    ['no module', []],
    ['a module that is not there', ['none.wasm']],
    ['an input that is not there', [histogram, '--input', 'none.txt']],
    ['fuel that is no number', [histogram, '--fuel', 'much']],
    ['memory beyond 4 GiB', [histogram, '--memory-mb', '4097']],
    ['a timeout of nothing', [histogram, '--timeout', '0s']],
    ['a variable that is none', [histogram, '--env', 'A']],
    ['a place where nothing can be written', [histogram, '--out', '/nowhere/at/all']],
  ])('ends with code 2 for %s', async (_, argv) => {
    const { code, out, err } = await run(...argv)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).not.toMatch(/\n\s+at /)
  })

  it('writes one thing to standard output, and says so when it is asked for two', async () => {
    const { code, out } = await run(histogram, '--json', '--out', '-')
    expect(code).toBe(2)
    expect(JSON.parse(out)).toMatchObject({ fault: { kind: 'bad-input' } })
  })

  it('leaves no output where there was a fault', async () => {
    const out = join(folder, 'never')
    expect((await run(statistics, '--fuel', '10', '--out', out)).code).toBe(1)
    expect((await readdir(folder)).filter((name) => name.startsWith('never'))).toEqual([])
  })

  it('ends at once when it is interrupted, and leaves nothing behind', async () => {
    const loop = await moduleOf(
      'forever.wasm',
      '(module (memory (export "memory") 1) (func (export "_start") (loop br 0)))',
    )
    const temporary = join(folder, 'tmp')
    await mkdir(temporary)
    const launcher = join(import.meta.dirname, '../../meshctl.js')
    const child = spawn(process.execPath, [launcher, 'run', loop, '--fuel', '9e15', '--timeout', '1h'], {
      env: { ...process.env, TMPDIR: temporary },
    })
    let err = ''
    child.stderr.on('data', (text: Buffer) => (err += text.toString()))
    const code = new Promise<number | null>((resolve) => child.on('close', resolve))
    const made = async () => (await readdir(temporary)).some((name) => name.startsWith('meshctl-run-'))
    await expect.poll(made).toBe(true)
    const madeMs = Date.now()
    await expect.poll(() => isComputing(child.pid ?? 0, madeMs)).toBe(true)
    child.kill('SIGINT')
    expect(await code).toBe(1)
    expect(err).toBe('meshctl: cancelled\n')
    expect(await made()).toBe(false)
  })

  it.skipIf(process.platform !== 'linux')(
    '[Y5] ends with one line, code 1 and a JSON fault when its compute host keeps dying, and leaves nothing behind',
    async () => {
      const loop = await moduleOf(
        'again.wasm',
        '(module (memory (export "memory") 1) (func (export "_start") (loop br 0)))',
      )
      const temporary = join(folder, 'tmp-killed')
      await mkdir(temporary)
      const launcher = join(import.meta.dirname, '../../meshctl.js')
      const argv = [launcher, 'run', loop, '--fuel', '9e15', '--timeout', '1h', '--json']
      const child = spawn(process.execPath, argv, { env: { ...process.env, TMPDIR: temporary } })
      let [out, err] = ['', '']
      child.stdout.on('data', (text: Buffer) => (out += text.toString()))
      child.stderr.on('data', (text: Buffer) => (err += text.toString()))
      const killing = setInterval(() => void killChildren(child.pid ?? 0), 50)
      const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
      clearInterval(killing)
      expect({ code, err }).toEqual({
        code: 1,
        err: expect.stringMatching(/^meshctl: the compute host .+\n$/) as string,
      })
      expect(JSON.parse(out)).toMatchObject({ fault: { kind: 'runner-lost' } })
      expect((await readdir(temporary)).filter((name) => name.startsWith('meshctl-run-'))).toEqual([])
    },
  )
})

/** Kills the processes that a process has started, as an administrator or a lack of memory would. */
async function killChildren(pid: number): Promise<void> {
  for (const one of await childrenOf(pid)) {
    try {
      process.kill(one, 'SIGKILL')
    } catch (error) {
      // It may have ended since.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return children
    .split(' ')
    .filter((text) => text !== '')
    .map(Number)
}

/** Whether a process's compute host has used a second of processor time; where that cannot be read, a second of time. */
async function isComputing(pid: number, sinceMs: number): Promise<boolean> {
  if (process.platform !== 'linux') return Date.now() - sinceMs > 1_000
  return (await ticksBelow(pid)) >= TICKS_PER_SECOND
}

/** Processor time of all that a process has started, and of all that they have: a host may run inside a sandbox. */
async function ticksBelow(pid: number): Promise<number> {
  const ticks = (await childrenOf(pid)).map(async (child) => {
    const stat = await readFile(`/proc/${child}/stat`, 'utf8').catch(() => '')
    // The program's name is in parentheses and may hold anything; user time, the 14th field, is the 12th after it.
    const own = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[11] ?? 0)
    return own + (await ticksBelow(child))
  })
  return (await Promise.all(ticks)).reduce((sum, some) => sum + some, 0)
}
