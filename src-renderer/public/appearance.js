// Runs before the first paint, so that a chosen theme never flashes. See theme/appearance.ts, which remembers it.
;(() => {
  let theme = 'system'
  try {
    theme = localStorage.getItem('meshwork.theme') ?? 'system'
  } catch {
    // No storage, no memory: the system's theme.
  }
  const isDark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light')
})()
