import { expect, test } from 'vitest'
import { mergeFigures } from './bench-figures.ts'

const DOCUMENT = `# Figures

How they are measured.

## api

2026-11-21, 2 cores.

| metric | value |
|---|---|
| one call | 0.2 ms |

Written by hand.

| another | table |
|---|---|

## render

2026-11-21, 2 cores.

| metric | value |
|---|---|
| paths | 1 M/s |
`

const API = {
  name: 'api',
  measured: '2026-12-01, 4 cores.',
  table: ['| metric | value |', '|---|---|', '| one call | 0.1 ms |'],
}

test('replaces the line and the table of its section, and keeps the text below and all other sections', () => {
  expect(mergeFigures(DOCUMENT, API)).toBe(
    DOCUMENT.replace('2026-11-21, 2 cores.', '2026-12-01, 4 cores.').replace('0.2 ms', '0.1 ms'),
  )
})

test('writes the same document when the same figures are merged again', () => {
  const once = mergeFigures(DOCUMENT, API)
  expect(mergeFigures(once, API)).toBe(once)
})

test('appends a section for a benchmark that has none', () => {
  const swarm = { ...API, name: 'swarm' }
  expect(mergeFigures(DOCUMENT, swarm)).toBe(
    `${DOCUMENT}\n## swarm\n\n2026-12-01, 4 cores.\n\n${API.table.join('\n')}\n`,
  )
})

test('gives a section without a table one above its text', () => {
  expect(mergeFigures('# Figures\n\n## api\n\nNot measured yet.\n', API)).toBe(
    `# Figures\n\n## api\n\n2026-12-01, 4 cores.\n\n${API.table.join('\n')}\n\nNot measured yet.\n`,
  )
})
