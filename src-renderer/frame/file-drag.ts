import { useEffect, useEffectEvent } from 'react'
import { useLocation } from 'wouter'
import { screenAt } from './screens.tsx'

/**
 * Files that are dragged over the window from whatever screen lead to the jobs, where they are taken. What nobody takes
 * is let fall: a browser would leave the program to show it.
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
