import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconInfoCircle, IconSun } from '@tabler/icons-react'
import { useFormat, useText } from '../../../state/text.tsx'
import { type FatedFile, type FileFate, isUsed } from './file-fates.ts'
import { fileName } from './scene-files.ts'
import { useSceneDrop } from './scene-drop.tsx'
import classes from './dropped-list.module.css'

/** Files that are told one by one; the rest is behind a line that counts them. */
const SHOWN_MAX = 6

/** What becomes of each dropped file, those first that are not used. Nothing where only the scene was dropped. */
export function DroppedList({ files }: { readonly files: readonly FatedFile<File>[] }) {
  const text = useText().jobKinds.render.dropped
  const format = useFormat()
  if (files.every(({ fate }) => fate === 'scene')) return null
  const [shown, rest] = [files.slice(0, SHOWN_MAX), files.slice(SHOWN_MAX)]
  return (
    <section aria-label={text.label} aria-live="polite" className={classes['dropped']}>
      <FateLines files={shown} />
      {rest.length > 0 && (
        <details className={classes['more']}>
          <summary>{text.more(rest.length, format.number(rest.length))}</summary>
          <FateLines files={rest} />
        </details>
      )}
    </section>
  )
}

function FateLines({ files }: { readonly files: readonly FatedFile<File>[] }) {
  const text = useText().jobKinds.render.dropped
  const { leaveOut } = useSceneDrop()
  return (
    <ul className={classes['files']}>
      {files.map(({ file, fate }) => {
        const name = fileName(file.path)
        return (
          <li key={file.path} className={classes['file']} data-is-used={isUsed(fate)}>
            <FateIcon fate={fate} />
            <span className={classes['words']}>
              <span className={classes['name']} dir="auto" title={file.path}>
                {name}
              </span>
              <span className={classes['fate']}>{text.fates[fate]}</span>
            </span>
            {fate === 'light' && (
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={text.withoutLightOf(name)}
                onClick={() => leaveOut(file.path)}
              >
                {text.withoutLight}
              </Button>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function FateIcon({ fate }: { readonly fate: FileFate }) {
  const icon = { size: 16, 'aria-hidden': true, className: classes['icon'] } as const
  if (fate === 'light') return <IconSun {...icon} />
  if (isUsed(fate)) return <IconCheck {...icon} />
  return fate === 'waits' ? <IconInfoCircle {...icon} /> : <IconAlertTriangle {...icon} />
}
