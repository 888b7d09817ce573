import { describe, expect, it } from 'vitest'
import { print } from '../daemon/peer-command.ts'
import { createProgressLine, progressText } from './progress-line.ts'
import { safeTerminal, type Output } from './terminal.ts'
import { factsText, tableText } from './table.ts'
import { bytesText, durationText, fuelLimitText, fuelText } from './units-text.ts'

describe('text for people', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_500, '1.5 kB'],
    [20_000_000, '20 MB'],
    [3.2e12, '3.2 TB'],
    [5e15, '5000 TB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text)
  })

  it.each([
    [12.4, '12 ms'],
    [12_340, '12.3 s'],
    [245_000, '4 min 5 s'],
    [12_000_000, '3 h 20 min'],
  ])('%d ms are %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })

  it('fuel that was used has all its digits, a limit of it is as it is typed', () => {
    expect(fuelText(399_260_892)).toBe('399,260,892')
    expect([fuelLimitText(5e9), fuelLimitText(1.5e12)]).toEqual(['5e9', '1.5e12'])
  })

  it('a table has its columns under each other and nothing trailing', () => {
    expect(
      tableText(
        ['a', 'long'],
        [
          ['wide cell', 'x'],
          ['b', ''],
        ],
      ),
    ).toBe('a          long\nwide cell  x\nb\n')
    expect(
      factsText([
        ['a', '1'],
        ['bcd', '2'],
      ]),
    ).toBe('a    1\nbcd  2\n')
  })

  it('a progress line never gets wider than the screen, nor leaves its bar', () => {
    for (const columns of [1, 20, 80]) {
      for (const fraction of [-1, 0, 0.5, 1, 7]) {
        expect(progressText('render', fraction, 'x'.repeat(100), columns).length).toBeLessThan(columns)
      }
    }
    expect(progressText('a', 2, '', 80)).toContain('100 %')
  })

  it('a progress line is drawn on a screen only', () => {
    let written = ''
    const terminal = (columns: number | undefined) =>
      safeTerminal({
        out: () => undefined,
        outBytes: () => Promise.resolve(),
        err: (text: string) => (written += text),
        columns,
      })
    createProgressLine(terminal(undefined), 'a').draw(0.5, 'half')
    expect(written).toBe('')
    createProgressLine(terminal(80), 'a').draw(0.5, 'half')
    expect(written).toContain('50 %  half')
  })

  it('[Y4] what others wrote acts on no terminal, wherever it is printed', () => {
    let written = ''
    const output: Output = {
      out: (text) => (written += text),
      outBytes: () => Promise.resolve(),
      err: (text) => (written += text),
      columns: 200,
    }
    const terminal = safeTerminal(output)
    const name = 'Eve\u001b]0;owned\u0007\u202e\u009b2J\npeer of yours'
    print(terminal, {}, undefined, () => tableText(['name'], [[name]]) + factsText([['name', name]]))
    print(terminal, { json: true }, { name }, () => '')
    terminal.err(`warning: ${name}`)
    terminal.out(name)
    const progress = createProgressLine(terminal, name)
    progress.draw(0.5, name)
    progress.clear()
    // Our own line is cleared by a sequence of ours, and by nothing else.
    const theirs = written.replaceAll('\r\u001b[2K', '')
    expect(theirs).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u)
    const [json] = written.split('\n').filter((line) => line.startsWith('{'))
    expect(JSON.parse(json ?? '')).toEqual({ name })
    expect(tableText(['name'], [[name]]).split('\n')).toHaveLength(3)
  })
})
