import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')

/** A theme's tokens that are colours. */
function tokens(theme: 'light' | 'dark'): Map<string, string> {
  const block = new RegExp(`scheme='${theme}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? ''
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name!, hex!]))
}

/** Relative luminance and contrast as WCAG 2.2 has them. */
function contrast(one: string, other: string): number {
  const luminance = (hex: string) =>
    [0.2126, 0.7152, 0.0722].reduce((sum, weight, channel) => {
      const value = Number.parseInt(hex.slice(1 + 2 * channel, 3 + 2 * channel), 16) / 255
      return sum + weight * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    }, 0)
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high! + 0.05) / (low! + 0.05)
}

it.each(['light', 'dark'] as const)('text has a contrast of at least 4.5 on every surface: %s', (theme) => {
  const colors = tokens(theme)
  const color = (name: string) => colors.get(name) ?? expect.fail(`no token --${name}`)
  const pairs = [
    ...['text', 'text-dim'].flatMap((text) =>
      ['surface-0', 'surface-1', 'surface-2'].map((surface) => [text, surface]),
    ),
    ...['accent', 'good', 'warn', 'bad'].flatMap((role) =>
      ['surface-0', 'surface-1', `${role}-soft`].map((surface) => [role, surface]),
    ),
    ...['accent-soft', 'good-soft', 'warn-soft', 'bad-soft'].map((soft) => ['text', soft]),
    ['on-accent', 'accent'],
    ['on-accent', 'accent-strong'],
  ]
  for (const [text, surface] of pairs)
    expect(contrast(color(text!), color(surface!)), `${text} on ${surface}`).toBeGreaterThanOrEqual(4.5)
})

it.each(['light', 'dark'] as const)(
  'the line of a control has a contrast of at least 3 on every surface: %s',
  (theme) => {
    const colors = tokens(theme)
    const color = (name: string) => colors.get(name) ?? expect.fail(`no token --${name}`)
    for (const surface of ['surface-0', 'surface-1', 'surface-2'])
      expect(contrast(color('control'), color(surface)), surface).toBeGreaterThanOrEqual(3)
  },
)
