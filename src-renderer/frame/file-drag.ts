import { useEffect, useEffectEvent } from 'react'
import { useLocation } from 'wouter'
import { screenAt } from './screens.tsx'

/**
 * Opens the jobs screen when files are dragged over any screen. A drop outside of a drop area is ignored: the browser
 * would navigate to the file.
 */
export function useFileDrag(): void {
  const [path, navigate] = useLocation()
  const onEnter = useEffectEvent((event: DragEvent) => {
    if (hasFiles(event) && screenAt(path) !== 'jobs') navigate('/jobs')
  })
  useEffect(() => {
    const enter = (event: DragEvent) => onEnter(event)
    const keep = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault()
    }
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragover', keep)
    window.addEventListener('drop', keep)
    return () => {
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragover', keep)
      window.removeEventListener('drop', keep)
    }
  }, [])
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false
}
