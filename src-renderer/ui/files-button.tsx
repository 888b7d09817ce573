import { useRef } from 'react'
import { Button, type ButtonProps } from '@mantine/core'
import classes from './files-button.module.css'

/** A button that lets the user choose files, or a folder with everything in it. */
export function FilesButton({
  label,
  isFolder = false,
  onChoose,
  ...button
}: {
  readonly label: string
  readonly isFolder?: boolean
  readonly onChoose: (files: Iterable<File>) => void
} & Omit<ButtonProps, 'children'>) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button {...button} onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        tabIndex={-1}
        aria-label={label}
        aria-hidden="true"
        className={classes['input']}
        // React knows this attribute by no other name.
        {...(isFolder ? { webkitdirectory: '' } : {})}
        onChange={(event) => {
          const chosen = [...(event.currentTarget.files ?? [])]
          // The same file can be chosen again.
          event.currentTarget.value = ''
          if (chosen.length > 0) onChoose(chosen)
        }}
      />
    </>
  )
}
