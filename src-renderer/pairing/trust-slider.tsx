import { Slider } from '@mantine/core'
import { useState } from 'react'
import { useText } from '../state/text.tsx'
import { TRUST_STEPS, trustOf, trustStep } from './trust-step.ts'
import classes from './trust-slider.module.css'

const MARKS = TRUST_STEPS.map((step) => ({ value: trustOf(step) }))

/** How far a person is trusted, in five steps with a word each. `onChange` is called when the user lets go. */
export function TrustSlider({
  trust,
  label,
  onChange,
  caption,
}: {
  /** 0 to 1. */
  readonly trust: number
  readonly label: string
  readonly onChange: (trust: number) => void
  /** Stands above, where nothing else says what this is. */
  readonly caption?: string
}) {
  const words = useText().people.trust
  const [moving, setMoving] = useState<number>()
  const shown = moving ?? trust
  return (
    <div className={classes['trust']}>
      {caption !== undefined && (
        <span aria-hidden="true" className={classes['label']}>
          {caption}
        </span>
      )}
      <Slider
        min={0}
        max={1}
        step={0.25}
        size={4}
        thumbSize={16}
        marks={MARKS}
        label={null}
        value={shown}
        onChange={setMoving}
        onChangeEnd={(value) => {
          setMoving(undefined)
          if (value !== trust) onChange(value)
        }}
        thumbLabel={label}
        thumbValueText={(value) => words[trustStep(value)]}
        classNames={{
          root: classes['root'] ?? '',
          track: classes['track'] ?? '',
          bar: classes['bar'] ?? '',
          mark: classes['mark'] ?? '',
          thumb: classes['thumb'] ?? '',
        }}
        attributes={{ root: { 'data-step': trustStep(shown) } }}
      />
      <span aria-hidden="true" className={classes['word']}>
        {words[trustStep(shown)]}
      </span>
    </div>
  )
}
