import { useState } from 'react'
import { useText } from '../../../state/text.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import { MyCode } from '../../../pairing/my-code.tsx'
import { TheirCode } from '../../../pairing/their-code.tsx'
import classes from './add-person.module.css'

/** Both ways to pair, side by side: hand out the own code, or enter another person's. */
export function AddPerson({
  linkedCode,
  onPaired,
}: {
  /** Of a deep link; empty without one. */
  readonly linkedCode: string
  readonly onPaired: () => void
}) {
  const text = useText().people
  // When the link is dropped, the form keeps its text and its notice.
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
