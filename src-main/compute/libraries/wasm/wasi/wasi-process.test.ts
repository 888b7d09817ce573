import { describe, expect, it } from 'vitest'
import { createRandomStream } from '../unit/unit-seed.ts'
import { ERRNO } from './wasi-errno.ts'
import { createTestProgram, RESULT, type TestProgram } from './wasi.fixture.ts'
import { WASI_SIGNATURES, WASI } from './wasi-signatures.ts'

const MS = 1_000_000n

function strings(program: TestProgram, sizes: string, get: string): string[] {
  const { memory } = program.host
  expect(program.call(sizes, RESULT, RESULT + 4)).toBe(0)
  const [count, bytes] = [memory.getUint32(RESULT), memory.getUint32(RESULT + 4)]
  expect(program.call(get, 0, 1_000)).toBe(0)
  const ends = Array.from({ length: count }, (_, i) => memory.getUint32(i * 4 + 4))
  ends[count - 1] = 1_000 + bytes
  return ends.map((end, i) => {
    const start = memory.getUint32(i * 4)
    return new TextDecoder().decode(memory.view(start, end - start))
  })
}

describe('a program', () => {
  it('gets its name and its arguments', () => {
    const program = createTestProgram({ params: { args: ['--top', 'é', ''] } })
    expect(strings(program, 'args_sizes_get', 'args_get')).toEqual(['module\0', '--top\0', 'é\0', '\0'])
  })

  it('gets its environment sorted, and the index of its unit whatever the job says', () => {
    const program = createTestProgram({
      unit: 12,
      params: { env: { Z: '1', 10: 'x', A: '', MESHWORK_UNIT: '9' } },
    })
    const environment = ['10=x\0', 'A=\0', 'Z=1\0', 'MESHWORK_UNIT=12\0']
    expect(strings(program, 'environ_sizes_get', 'environ_get')).toEqual(environment)
  })

  it('[X8] gets the random bytes of its seed and unit', () => {
    const { host, call } = createTestProgram({ unit: 3, params: { seed: 7 } })
    expect([call('random_get', 0, 10), call('random_get', 10, 90)]).toEqual([0, 0])
    const expected = new Uint8Array(100)
    createRandomStream(7, 3).fill(expected)
    expect(Buffer.compare(host.memory.view(0, 100), expected)).toBe(0)
  })

  it('ends with exit code 0 as it would without, and with any other as a fault', () => {
    const program = createTestProgram()
    program.write(1, 'fine')
    expect(new TextDecoder().decode(program.output())).toBe('fine')
    const failing = createTestProgram()
    expect(() => failing.call('proc_exit', 3)).toThrow('ended with exit code 3')
    expect(() => failing.output()).toThrow('ended with exit code 0')
    expect(() => createTestProgram().call('proc_exit', -1)).toThrow('ended with exit code 4294967295')
  })

  it('can call every function of preview 1', () => {
    const { call } = createTestProgram()
    for (const [name, signature] of Object.entries(WASI_SIGNATURES[WASI] ?? {})) {
      if (name === 'proc_exit') continue
      const [params = ''] = signature.split(':')
      const values = Array.from(params, (letter) => (letter === 'I' ? 0n : 0))
      expect(Object.values(ERRNO), name).toContain(call(name, ...values))
    }
  })

  it('[X8] finds no network and no signals', () => {
    const { call } = createTestProgram()
    expect(call('sock_accept', 0, 0, 0)).toBe(ERRNO.notSupported)
    expect(call('sock_send', 1, 0, 0, 0, 0)).toBe(ERRNO.notSupported)
    expect(call('proc_raise', 9)).toBe(ERRNO.noSystemCall)
  })

  it('pays for each call and for what it asks for', () => {
    const cost = (...args: Parameters<TestProgram['call']>) => {
      const program = createTestProgram()
      program.call(...args)
      return program.host.used.fuel
    }
    expect(cost('sched_yield')).toBe(1_000)
    expect(cost('random_get', 0, 10_000)).toBe(1_000 + 60_000)
    expect(cost('random_get', 0, 100_000)).toBe(1_000)
    expect(cost('fd_read', 9, 0, 0, 0)).toBe(1_000)
    const poor = createTestProgram({ fuel: 1_000 })
    expect(() => poor.call('random_get', 0, 10_000)).toThrow('used all its fuel')
  })
})

describe('clocks', () => {
  const time = ({ host, call }: TestProgram, clock: number) => {
    expect(call('clock_time_get', clock, 0n, RESULT)).toBe(0)
    return host.memory.getUint64(RESULT)
  }

  it('go on by a millisecond with each look at one of them', () => {
    const program = createTestProgram()
    expect([time(program, 1), time(program, 1), time(program, 2), time(program, 3)]).toEqual([
      1_000n * MS,
      1_001n * MS,
      2n * MS,
      3n * MS,
    ])
    program.call('clock_res_get', 0, RESULT)
    expect(program.host.memory.getUint64(RESULT)).toBe(MS)
  })

  it('[X8] begin at the time of the seed and the unit', () => {
    const years = [0, 1].map((unit) => time(createTestProgram({ unit }), 0))
    expect(years[0]).not.toBe(years[1])
    expect(years.map((ns) => new Date(Number(ns / MS)).getUTCFullYear())).toEqual([2026, 2026])
    expect(time(createTestProgram({ unit: 1 }), 0)).toBe(years[1])
  })

  it('that are not there are an error', () => {
    expect(createTestProgram().call('clock_time_get', 4, 0n, RESULT)).toBe(ERRNO.invalid)
    expect(createTestProgram().call('clock_res_get', -1, RESULT)).toBe(ERRNO.invalid)
  })
})

describe('waiting', () => {
  interface Wait {
    readonly data: bigint
    readonly type: number
    readonly fd?: number
    readonly clock?: number
    readonly timeout?: bigint
    readonly absolute?: boolean
  }

  function poll(program: TestProgram, waits: readonly Wait[]) {
    const { memory } = program.host
    for (const [i, wait] of waits.entries()) {
      memory.view(i * 48, 48).fill(0)
      memory.setUint64(i * 48, wait.data)
      memory.setUint8(i * 48 + 8, wait.type)
      memory.setUint32(i * 48 + 16, wait.fd ?? wait.clock ?? 0)
      memory.setUint64(i * 48 + 24, wait.timeout ?? 0n)
      memory.setUint16(i * 48 + 40, wait.absolute === true ? 1 : 0)
    }
    const errno = program.call('poll_oneoff', 0, 10_000, waits.length, RESULT)
    if (errno !== 0) return errno
    return Array.from({ length: memory.getUint32(RESULT) }, (_, i) => {
      const at = 10_000 + i * 32
      return {
        data: memory.getUint64(at),
        errno: memory.getUint16(at + 8),
        type: memory.getUint8(at + 10),
        bytes: memory.getUint64(at + 16),
      }
    })
  }

  const now = (program: TestProgram) => {
    program.call('clock_time_get', 1, 0n, RESULT)
    return program.host.memory.getUint64(RESULT)
  }

  it('takes no time, but the clock says it did', () => {
    const program = createTestProgram()
    const hour = 3_600_000n * MS
    expect(poll(program, [{ data: 5n, type: 0, clock: 1, timeout: hour }])).toMatchObject([
      { data: 5n, errno: 0 },
    ])
    expect(now(program)).toBe(1_000n * MS + hour)
  })

  it('is over with the first that is due, by duration or by time', () => {
    const program = createTestProgram()
    const events = poll(program, [
      { data: 1n, type: 0, clock: 1, timeout: 30n * MS },
      { data: 2n, type: 0, clock: 0, timeout: 20n * MS },
      { data: 3n, type: 0, clock: 1, timeout: 1_020n * MS, absolute: true },
    ])
    expect(events).toMatchObject([{ data: 2n }, { data: 3n }])
    expect(now(program)).toBe(1_020n * MS)
  })

  it('is over at once where a file is among them, which is always ready', () => {
    const program = createTestProgram({ input: new Uint8Array(10) })
    const events = poll(program, [
      { data: 1n, type: 0, clock: 1, timeout: MS },
      { data: 2n, type: 1, fd: 0 },
      { data: 3n, type: 2, fd: 1 },
    ])
    expect(events).toMatchObject([
      { data: 2n, type: 1, bytes: 10n },
      { data: 3n, type: 2, bytes: 0n },
    ])
    expect(now(program)).toBe(1_000n * MS)
  })

  it('for what is not there is an event with an error', () => {
    const events = poll(createTestProgram(), [
      { data: 1n, type: 1, fd: 99 },
      { data: 2n, type: 0, clock: 9 },
      { data: 3n, type: 7 },
    ])
    expect(events).toMatchObject([
      { errno: ERRNO.badFile },
      { errno: ERRNO.invalid },
      { errno: ERRNO.invalid },
    ])
  })

  it('for nothing, or for far too much, is an error', () => {
    expect(poll(createTestProgram(), [])).toBe(ERRNO.invalid)
    expect(createTestProgram().call('poll_oneoff', 0, 0, 1_025, RESULT)).toBe(ERRNO.invalid)
    expect(createTestProgram().call('poll_oneoff', 0, 0, -1, RESULT)).toBe(ERRNO.invalid)
  })

  it('for ages brings the clock around, and nothing breaks', () => {
    const program = createTestProgram()
    const ages = 2n ** 64n - 1n
    for (let i = 0; i < 3; i++) poll(program, [{ data: 1n, type: 0, clock: 1, timeout: ages }])
    expect(now(program)).toBe(1_000n * MS - 3n)
  })
})
