import { IconBulb, IconBulbOff } from '@tabler/icons-react'
import type { LitBy } from '#contract'
import { useText } from '../../../state/text.tsx'
import classes from './scene-light.module.css'

/**
 * Says that a scene has no lights, or that next to none reaches what the camera sees, and what to do about it; nothing for a scene
 * that is lit. `at` is where it is said: beside the scene before it is sent, or at its picture.
 */
export function SceneLight({
  litBy,
  at,
}: {
  readonly litBy: LitBy | undefined
  readonly at: 'scene' | 'picture'
}) {
  const text = useText().jobKinds.render.light
  if (litBy !== 'studio' && litBy !== 'nothing') return null
  const Icon = litBy === 'studio' ? IconBulb : IconBulbOff
  return (
    <div role="status" className={classes['light']} data-is-dark={litBy === 'nothing'}>
      <Icon size={18} aria-hidden="true" className={classes['icon']} />
      <p className={classes['words']}>
        <strong>{text[litBy].title}</strong> {text[litBy][at]}
      </p>
    </div>
  )
}
