// Runs before the first paint, so that a chosen theme never flashes. See theme/appearance.ts, which remembers it.
;(() => {
  let theme = 'system'
  let hasStarted = false
  try {
    theme = localStorage.getItem('meshwork.theme') ?? 'system'
    hasStarted = localStorage.getItem('meshwork.started') !== null
  } catch {
    // No storage, no memory: the system's theme.
  }
  const isDark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light')
  document.documentElement.toggleAttribute('data-has-started', hasStarted)
})()
