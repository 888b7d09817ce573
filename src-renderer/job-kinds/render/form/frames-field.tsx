import { useId } from 'react'
import { Button, Input, NumberInput, TextInput } from '@mantine/core'
import { useFormat, useText } from '../../../state/text.tsx'
import { problemText } from './field-problem.ts'
import { parseFrames } from './frames-text.ts'
import { type FieldProps, numberOf } from './render-fields.tsx'
import { allFrames } from './render-form.ts'
import classes from './render-fields.module.css'

/** Which moments of an animation are rendered; a still scene only says so. */
export function FramesField({
  form,
  problems,
  onChange,
  animationSeconds,
}: FieldProps & { readonly animationSeconds: number }) {
  const text = useText().jobKinds.render
  const format = useFormat()
  const noteId = useId()
  if (animationSeconds === 0 && form.frames === '') return null
  const parsed = parseFrames(form.frames)
  const count = parsed.ok ? parsed.frames.length : 0
  const problem = problemText(problems.frames ?? problems.fps, text, format)
  return (
    <div>
      <div className={classes['frames']}>
        <TextInput
          label={text.framesLabel}
          placeholder="3, 5-10"
          value={form.frames}
          onChange={(event) => onChange({ frames: event.currentTarget.value })}
          error={problems.frames !== undefined}
          aria-describedby={noteId}
        />
        <NumberInput
          label={text.fps}
          value={form.fps ?? ''}
          onChange={(value) => onChange({ fps: numberOf(value) })}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          error={problems.fps !== undefined}
        />
        <Button onClick={() => onChange({ frames: allFrames(animationSeconds, form.fps ?? 24) })}>
          {text.framesAll}
        </Button>
      </div>
      {problem === undefined ? (
        <p id={noteId} className={classes['note']}>
          {count > 0 ? text.framesCount(count, format.number(count)) : text.framesHint}
        </p>
      ) : (
        <Input.Error id={noteId} className={classes['problem']}>
          {problem}
        </Input.Error>
      )}
    </div>
  )
}
