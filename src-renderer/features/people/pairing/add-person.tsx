import { useState } from 'react'
import { useText } from '../../../state/text.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import { MyCode } from '../../../pairing/my-code.tsx'
import { TheirCode } from '../../../pairing/their-code.tsx'
import classes from './add-somebody.module.css'

/** Both ways to pair, side by side: give somebody my code, or enter theirs. */
export function AddSomebody({
  linkedCode,
  onPaired,
}: {
  /** Of a deep link; empty without one. */
  readonly linkedCode: string
  readonly onPaired: () => void
}) {
  const text = useText().people
  // A link that was let go of leaves the form as it is, with what it says.
  const [code, setCode] = useState(linkedCode)
  if (linkedCode !== '' && linkedCode !== code) setCode(linkedCode)
  return (
    <div className={classes['ways']}>
      <Section title={text.mine.title}>
        <MyCode />
      </Section>
      <Section title={text.enter.title}>
        <TheirCode key={code} initialCode={code} onPaired={onPaired} />
      </Section>
    </div>
  )
}
