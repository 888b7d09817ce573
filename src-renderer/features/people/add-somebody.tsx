import { useText } from '../../state/text.tsx'
import { Section } from '../../ui/section.tsx'
import { MyCode } from '../../pairing/my-code.tsx'
import { TheirCode } from '../../pairing/their-code.tsx'
import classes from './add-somebody.module.css'

/** Both ways to pair, side by side: give somebody my code, or enter theirs. */
export function AddSomebody({ linkedCode }: { readonly linkedCode: string }) {
  const text = useText().people
  return (
    <div className={classes['ways']}>
      <Section title={text.mine.title}>
        <MyCode />
      </Section>
      <Section title={text.enter.title}>
        <TheirCode key={linkedCode} initialCode={linkedCode} />
      </Section>
    </div>
  )
}
