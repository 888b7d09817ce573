import { useId } from 'react'
import { Input } from '@mantine/core'
import { IconBulb, IconFileDescription, IconPhoto } from '@tabler/icons-react'
import { useText } from '../../../state/text.tsx'
import { AngleSlider, StrengthSlider } from './light-sliders.tsx'
import { choiceOf, LIGHT_CHOICES, type LightChoice, type LightForm } from './light-form.ts'
import { SunFields } from './sun-fields.tsx'
import classes from './light-field.module.css'

/** Rendered in each light by `npm run samples`. */
const PICTURES: Partial<Record<LightChoice, string>> = {
  studio: new URL('./lights/studio.jpg', import.meta.url).href,
  'soft-boxes': new URL('./lights/soft-boxes.jpg', import.meta.url).href,
  'window-room': new URL('./lights/window-room.jpg', import.meta.url).href,
  overcast: new URL('./lights/overcast.jpg', import.meta.url).href,
  sky: new URL('./lights/sky.jpg', import.meta.url).href,
}

const ICONS: Partial<Record<LightChoice, typeof IconBulb>> = {
  auto: IconFileDescription,
  own: IconBulb,
  picture: IconPhoto,
}

/** The light around the scene, chosen by its look, and how it is turned, how strong it is, or where the sun stands. */
export function LightField({
  light,
  hasPicture,
  nowMs,
  onChange,
}: {
  readonly light: LightForm
  /** Whether a picture of light was dropped. */
  readonly hasPicture: boolean
  readonly nowMs: number
  readonly onChange: (light: LightForm) => void
}) {
  const text = useText().jobKinds.render.lightField
  const labelId = useId()
  const chosen = choiceOf(light, hasPicture)
  const change = (some: Partial<LightForm>): void => onChange({ ...light, ...some })
  // With a picture dropped, the file's own choice would be that picture.
  const choices = LIGHT_CHOICES.filter((choice) => choice !== (hasPicture ? 'auto' : 'picture'))
  return (
    <div>
      <Input.Label component="span" mb={4} id={labelId}>
        {text.label}
      </Input.Label>
      <div role="radiogroup" aria-labelledby={labelId} className={classes['choices']}>
        {choices.map((choice) => (
          <LightCard
            key={choice}
            choice={choice}
            isChosen={choice === chosen}
            onChoose={() => change({ choice })}
          />
        ))}
      </div>
      <p className={classes['note']}>{text.notes[chosen]}</p>
      {chosen === 'sky' && <SunFields light={light} nowMs={nowMs} onChange={change} />}
      {chosen !== 'sky' && chosen !== 'auto' && chosen !== 'own' && (
        <div className={classes['sliders']}>
          <AngleSlider label={text.turn} degrees={light.turn} onChange={(turn) => change({ turn })} />
          <StrengthSlider
            stops={light.strengthStops}
            onChange={(strengthStops) => change({ strengthStops })}
          />
        </div>
      )}
    </div>
  )
}

/** One light, as a small picture of two balls in it. */
function LightCard({
  choice,
  isChosen,
  onChoose,
}: {
  readonly choice: LightChoice
  readonly isChosen: boolean
  readonly onChoose: () => void
}) {
  const text = useText().jobKinds.render.lightField
  const Icon = ICONS[choice]
  return (
    <label className={classes['card']} data-is-chosen={isChosen}>
      <input
        type="radio"
        name="light"
        value={choice}
        checked={isChosen}
        onChange={onChoose}
        className={classes['radio']}
      />
      {Icon === undefined ? (
        <img src={PICTURES[choice]} alt="" width={144} height={96} className={classes['picture']} />
      ) : (
        <span className={classes['blank']}>
          <Icon size={22} stroke={1.5} aria-hidden="true" />
        </span>
      )}
      <span className={classes['name']}>{text.names[choice]}</span>
    </label>
  )
}
