import { describe, expect, it } from 'vitest'
import { isOwnPage, mayHave, mayOpenOutside } from './window-policy.ts'

describe('what a page may do', () => {
  it.each([
    ['meshwork-app://ui/', true],
    ['meshwork-app://ui/assets/x.js#/jobs', true],
    ['meshwork-app://ui.example/', false],
    ['meshwork-app://other/', false],
    ['https://ui/', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['nonsense', false],
  ])('%s is our own page: %s', (url, isOwn) => {
    expect(isOwnPage(url)).toBe(isOwn)
  })

  it.each([
    ['https://www.apache.org/licenses/LICENSE-2.0', true],
    ['http://www.apache.org/', false],
    ['https://apache.org.example/', false],
    ['https://www.apache.org:8443/', false],
    ['https://user:pass@www.apache.org/', false],
    ['https://www.apache.org@example.com/', false],
    ['file:///usr/bin/xterm', false],
    ['smb://host/share', false],
    ['', false],
  ])('%s is opened in the browser: %s', (url, isAllowed) => {
    expect(mayOpenOutside(url)).toBe(isAllowed)
  })

  it('has the clipboard to write to, and nothing else', () => {
    expect(mayHave('clipboard-sanitized-write', 'meshwork-app://ui/')).toBe(true)
    expect(mayHave('clipboard-read', 'meshwork-app://ui/')).toBe(false)
    expect(mayHave('clipboard-sanitized-write', 'https://ui/')).toBe(false)
  })
})
