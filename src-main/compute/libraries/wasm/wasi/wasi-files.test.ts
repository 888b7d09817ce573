import { describe, expect, it } from 'vitest'
import { ERRNO } from './wasi-errno.ts'
import { createTestProgram, RESULT } from './wasi.fixture.ts'

const [READ, WRITE] = [2n, 64n]
const [CREATE, DIRECTORY, EXCLUSIVE, TRUNCATE] = [1, 2, 4, 8]
const input = new TextEncoder().encode('0123456789')
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe('standard input', () => {
  it('is the input, to its end', () => {
    const program = createTestProgram({ input })
    expect([program.read(0, 4), program.read(0, 100), program.read(0, 100)]).toEqual(['0123', '456789', ''])
  })

  it('is empty where the unit has none', () => {
    expect(createTestProgram().read(0, 10)).toBe('')
  })

  it('can be sought and read at a place, without a copy, and closed', () => {
    const { host, call, read } = createTestProgram({ input })
    expect(call('fd_seek', 0, -3n, 2, RESULT)).toBe(0)
    expect(host.memory.getUint64(RESULT)).toBe(7n)
    expect(read(0, 10)).toBe('789')
    expect(call('fd_seek', 0, 2n, 0, RESULT)).toBe(0)
    expect(call('fd_seek', 0, 3n, 1, RESULT)).toBe(0)
    expect(call('fd_tell', 0, RESULT)).toBe(0)
    expect(host.memory.getUint64(RESULT)).toBe(5n)
    host.memory.setUint32(100, 200)
    host.memory.setUint32(104, 2)
    expect(call('fd_pread', 0, 100, 1, 8n, RESULT)).toBe(0)
    expect(text(host.memory.view(200, 2))).toBe('89')
    expect(read(0, 1)).toBe('5')
    expect(call('fd_close', 0)).toBe(0)
    expect(read(0, 1)).toBe(`errno ${ERRNO.badFile}`)
    expect(host.used.copied).toBe(0)
  })

  it.each([
    ['before its beginning', -1n, 0],
    ['from where there is nothing', 0n, 3],
    ['far behind every file', 2n ** 60n, 0],
  ])('is not sought %s', (_, offset, whence) => {
    expect(createTestProgram({ input }).call('fd_seek', 0, offset, whence, RESULT)).toBe(ERRNO.invalid)
  })

  it('is verified, and paid for, with the first read only', () => {
    const { host, read } = createTestProgram({ input: new Uint8Array(100_000) })
    expect(host.used.openInputs).toBe(0)
    read(0, 10)
    const first = host.used.fuel
    read(0, 10)
    expect(first).toBeGreaterThan(600_000)
    expect(host.used.fuel - first).toBeLessThan(10_000)
    expect(host.used.openInputs).toBe(1)
  })
})

describe('standard output', () => {
  it('is the output', () => {
    const program = createTestProgram()
    expect([program.write(1, 'one '), program.write(1, 'two')]).toEqual([0, 0])
    expect(text(program.output())).toBe('one two')
  })

  it('can be written anew where it was written before', () => {
    const program = createTestProgram()
    program.write(1, 'one two')
    program.call('fd_seek', 1, 0n, 0, RESULT)
    program.write(1, 'ONE')
    expect(text(program.output())).toBe('ONE two')
  })

  it('is log when the program has its output in /out', () => {
    const program = createTestProgram()
    program.write(1, 'done 50 %\n')
    const { fd } = program.open('out', { rights: WRITE, oflags: CREATE | TRUNCATE })
    program.write(fd, 'result')
    program.write(1, 'done 100 %\n')
    expect(text(program.output())).toBe('result')
    expect(program.host.log.text()).toBe('done 50 %\ndone 100 %\n')
  })

  it('is log also when a program that writes /out fails', () => {
    const program = createTestProgram()
    program.open('out', { rights: WRITE })
    program.write(1, 'half-way')
    program.call('fd_close', 0)
    expect(() => program.call('proc_exit', 1)).toThrow('exit code 1')
    expect(() => program.output()).toThrow('exit code 0')
    expect(program.host.log.text()).toBe('half-way')
  })

  it('is not read', () => {
    const program = createTestProgram()
    expect(program.read(1, 10)).toBe(`errno ${ERRNO.badFile}`)
    expect(program.write(0, 'x')).toBe(ERRNO.badFile)
  })
})

describe('standard error', () => {
  it('is log, and a terminal that cannot be sought', () => {
    const { host, write, call } = createTestProgram()
    write(2, 'a warning')
    expect(host.log.text()).toBe('a warning')
    expect(call('fd_seek', 2, 0n, 0, RESULT)).toBe(ERRNO.seekOnPipe)
    call('fd_fdstat_get', 2, RESULT)
    expect(host.memory.getUint8(RESULT)).toBe(2)
  })
})

describe('the directory', () => {
  it('is given as / and holds in and out, always the same', () => {
    const { host, call } = createTestProgram({ input })
    expect(call('fd_prestat_get', 3, RESULT)).toBe(0)
    expect([host.memory.getUint8(RESULT), host.memory.getUint32(RESULT + 4)]).toEqual([0, 1])
    expect(call('fd_prestat_dir_name', 3, RESULT, 1)).toBe(0)
    expect(text(host.memory.view(RESULT, 1))).toBe('/')
    expect(call('fd_prestat_get', 4, RESULT)).toBe(ERRNO.badFile)
    expect(call('fd_readdir', 3, 0, 1_000, 0n, RESULT)).toBe(0)
    const names: string[] = []
    const cookies: bigint[] = []
    for (let at = 0; at < host.memory.getUint32(RESULT);) {
      const bytes = host.memory.getUint32(at + 16)
      names.push(text(host.memory.view(at + 24, bytes)))
      cookies.push(host.memory.getUint64(at))
      at += 24 + bytes
    }
    expect(names).toEqual(['.', '..', 'in', 'out'])
    expect(cookies).toEqual([1n, 2n, 3n, 4n])
  })

  it('is listed from any entry on, and into a buffer of any size', () => {
    const { host, call } = createTestProgram()
    expect(call('fd_readdir', 3, 0, 1_000, 3n, RESULT)).toBe(0)
    expect(host.memory.getUint32(RESULT)).toBe(24 + 3)
    expect(call('fd_readdir', 3, 0, 30, 0n, RESULT)).toBe(0)
    expect(host.memory.getUint32(RESULT)).toBe(30)
    expect(call('fd_readdir', 3, 0, 100, 2n ** 63n, RESULT)).toBe(0)
    expect(call('fd_readdir', 0, 0, 100, 0n, RESULT)).toBe(ERRNO.notDirectory)
  })

  it.each([
    ['in', 4, 10n],
    ['./in', 4, 10n],
    ['out', 4, 0n],
    ['.', 3, 0n],
    ['./', 3, 0n],
  ])('tells what %s is, with nothing that differs between machines', (path, type, size) => {
    const { host, call, put } = createTestProgram({ input })
    expect(call('path_filestat_get', 3, 0, ...put(path), RESULT)).toBe(0)
    expect(host.memory.getUint8(RESULT + 16)).toBe(type)
    expect(host.memory.getUint64(RESULT + 32)).toBe(size)
    expect([...host.memory.view(RESULT + 40, 24)]).toEqual(Array.from({ length: 24 }, () => 0))
  })

  it.each<[string, keyof typeof ERRNO, { rights?: bigint; oflags?: number }?]>([
    ['', 'noEntry'],
    ['other', 'noEntry'],
    ['other/in', 'noEntry'],
    ['new', 'readOnly', { rights: WRITE, oflags: CREATE }],
    ['in/', 'notDirectory'],
    ['in/..', 'notDirectory'],
    ['..', 'notCapable'],
    ['./../in', 'notCapable'],
    ['/in', 'notCapable'],
    ['in', 'access', { rights: READ | WRITE }],
    ['in', 'access', { oflags: TRUNCATE }],
    ['in', 'notDirectory', { oflags: DIRECTORY }],
    ['out', 'exists', { rights: WRITE, oflags: CREATE | EXCLUSIVE }],
    ['.', 'isDirectory', { rights: WRITE }],
    ['x'.repeat(4_097), 'nameTooLong'],
  ])('does not open %j: %s', (path, error, how = {}) => {
    expect(createTestProgram({ input }).open(path, how).errno).toBe(ERRNO[error])
  })

  it('does not take a path that is no UTF-8, or is not below a directory', () => {
    const { host, call, put } = createTestProgram()
    host.memory.view(RESULT, 1).fill(0xff)
    expect(call('path_filestat_get', 3, 0, RESULT, 1, RESULT)).toBe(ERRNO.invalid)
    expect(call('path_filestat_get', 0, 0, ...put('in'), RESULT)).toBe(ERRNO.notDirectory)
    expect(call('path_filestat_get', 9, 0, ...put('in'), RESULT)).toBe(ERRNO.badFile)
  })

  it('cannot be changed', () => {
    const { call, put } = createTestProgram()
    for (const name of ['path_create_directory', 'path_remove_directory', 'path_unlink_file']) {
      expect(call(name, 3, ...put('out'))).toBe(ERRNO.readOnly)
    }
    expect(call('path_rename', 3, ...put('in'), 3, ...put('out'))).toBe(ERRNO.readOnly)
    expect(call('path_symlink', ...put('in'), 3, ...put('out'))).toBe(ERRNO.readOnly)
  })
})

describe('/in and /out', () => {
  it('/in has a position of its own, apart from standard input', () => {
    const program = createTestProgram({ input })
    const { fd } = program.open('in', {})
    expect([program.read(0, 3), program.read(fd, 5), program.read(0, 3)]).toEqual(['012', '01234', '345'])
  })

  it('/out is the output once it was opened for writing, also when nothing was written', () => {
    const program = createTestProgram()
    program.write(1, 'words')
    program.open('out', { rights: WRITE })
    expect(text(program.output())).toBe('')
  })

  it('/out that was only read leaves standard output the output', () => {
    const program = createTestProgram()
    expect(program.read(program.open('out', {}).fd, 10)).toBe('')
    program.write(1, 'words')
    expect(text(program.output())).toBe('words')
  })

  it('/out is written, read back, cut, lengthened and appended to as a file is', () => {
    const program = createTestProgram()
    const { call } = program
    const { fd } = program.open('out', { rights: READ | WRITE, oflags: CREATE })
    program.write(fd, '0123456789')
    call('fd_seek', fd, 2n, 0, RESULT)
    expect(program.read(fd, 4)).toBe('2345')
    expect(call('fd_filestat_set_size', fd, 4n)).toBe(0)
    expect(call('fd_filestat_set_size', fd, 6n)).toBe(0)
    const appended = program.open('out', { rights: WRITE, flags: 1 }).fd
    program.write(appended, 'end')
    expect(text(program.output())).toBe('0123\0\0end')
  })

  it('zeros that an output is lengthened by cost as much as if they were written', () => {
    const cut = createTestProgram()
    cut.call('fd_filestat_set_size', 1, 1_000_000n)
    expect(cut.host.used.fuel).toBeGreaterThan(1_000_000)
    const gap = createTestProgram()
    gap.call('fd_seek', 1, 1_000_000n, 0, RESULT)
    gap.write(1, 'x')
    expect(gap.host.used.fuel).toBeGreaterThan(1_000_000)
    const log = createTestProgram()
    for (let i = 0; i < 100; i++) log.write(2, 'x'.repeat(1_000))
    expect(log.host.used.fuel).toBeLessThan(100 * 7_500)
  })

  it('an output over its limit ends the unit, and is no error that the program might overlook', () => {
    const program = createTestProgram({ outputBytesMax: 5 })
    expect(() => program.write(1, '123456')).toThrow('output is over the limit of 5 bytes')
    expect(() => program.call('fd_filestat_set_size', 1, 6n)).toThrow(/over the limit/)
  })
})

describe('descriptors', () => {
  it('take the lowest free number', () => {
    const program = createTestProgram({ input })
    expect([program.open('in', {}).fd, program.open('in', {}).fd]).toEqual([4, 5])
    program.call('fd_close', 4)
    program.call('fd_close', 0)
    expect([program.open('in', {}).fd, program.open('in', {}).fd]).toEqual([0, 4])
  })

  it('move to the number of another', () => {
    const program = createTestProgram({ input })
    const { fd } = program.open('in', {})
    expect(program.call('fd_renumber', fd, 1)).toBe(0)
    expect(program.read(1, 3)).toBe('012')
    expect(program.call('fd_renumber', fd, 1)).toBe(ERRNO.badFile)
    expect(program.call('fd_renumber', 1, 99)).toBe(ERRNO.badFile)
    expect(program.call('fd_renumber', 1, 1)).toBe(0)
    expect(program.read(1, 3)).toBe('345')
  })

  it('are not endless', () => {
    const program = createTestProgram({ input })
    const errnos = Array.from({ length: 1_100 }, () => program.open('in', {}).errno)
    expect(errnos.filter((errno) => errno === 0).length).toBe(1_020)
    expect(errnos.at(-1)).toBe(ERRNO.fileTableFull)
  })

  it('that are not open answer so to every function', () => {
    const { call } = createTestProgram()
    const answers = [
      call('fd_close', 77),
      call('fd_close', -1),
      call('fd_read', 77, 0, 0, 0),
      call('fd_write', 77, 0, 0, 0),
      call('fd_seek', 77, 0n, 0, 0),
      call('fd_sync', 77),
      call('fd_advise', 77, 0n, 0n, 0),
      call('fd_allocate', 77, 0n, 0n),
      call('fd_fdstat_get', 77, 0),
      call('fd_filestat_get', 77, 0),
      call('fd_readdir', 77, 0, 0, 0n, 0),
      call('path_open', 77, 0, 0, 0, 0, 0n, 0n, 0, 0),
      call('sock_shutdown', 77, 0),
    ]
    expect(new Set(answers)).toEqual(new Set([ERRNO.badFile]))
  })
})

describe('pointers', () => {
  it.each<[string, string, (number | bigint)[]]>([
    ['vectors outside', 'fd_read', [0, 65_530, 1, 0]],
    ['vectors that wrap around 4 GiB', 'fd_read', [0, -8, 2, 0]],
    ['a result outside', 'fd_read', [0, 0, 0, 65_533]],
    ['a path outside', 'path_open', [3, 0, -10, 5, 0, 0n, 0n, 0, 0]],
    ['a stat outside', 'fd_filestat_get', [0, 65_500]],
    ['a random range outside', 'random_get', [0, -1]],
    ['subscriptions outside', 'poll_oneoff', [65_500, 0, 1, 0]],
    ['events outside', 'poll_oneoff', [0, 65_530, 1, 0]],
    ['arguments outside', 'args_get', [-4, 0]],
    ['entries outside', 'fd_readdir', [3, 60_000, 10_000, 0n, 0]],
  ])('%s are an error of the call', (_, name, values) => {
    expect(createTestProgram({ input }).call(name, ...values)).toBe(ERRNO.fault)
  })

  it('of a vector outside are an error, and nothing of the others is written', () => {
    const { host, call, output } = createTestProgram()
    host.memory.setUint32(0, 100)
    host.memory.setUint32(4, 4)
    host.memory.setUint32(8, 65_000)
    host.memory.setUint32(12, 0xffff_ffff)
    expect(call('fd_write', 1, 0, 2, RESULT)).toBe(ERRNO.fault)
    expect(output().byteLength).toBe(0)
  })

  it('to more vectors than POSIX allows are refused before they are looked at', () => {
    const { call } = createTestProgram({ input })
    expect(call('fd_read', 0, 0, -1, RESULT)).toBe(ERRNO.invalid)
    expect(call('fd_write', 1, 0, 1_025, RESULT)).toBe(ERRNO.invalid)
  })
})
