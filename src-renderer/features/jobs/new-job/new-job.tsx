import { Button } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { Link } from 'wouter'
import { type ShownForm, shownForms } from '../../../job-kinds/table.ts'
import { useText } from '../../../state/text.tsx'
import { Page } from '../../../ui/layout/page.tsx'
import classes from './new-job.module.css'

/** The form for a new job of a kind, by the kind's name; the choice of a kind where there are several forms. */
export function NewJob({ kind }: { readonly kind: string | undefined }) {
  const forms = shownForms()
  const [first] = forms
  const chosen = forms.length === 1 ? first : forms.find(({ name }) => name === kind)
  if (chosen === undefined) return <KindChoice forms={forms} />
  const { NewJob: Form } = chosen.form
  return <Form />
}

/** Which kind of job it shall be. */
function KindChoice({ forms }: { readonly forms: readonly ShownForm[] }) {
  const text = useText()
  return (
    <Page
      title={text.jobs.newJobTitle}
      actions={
        <Button
          component={Link}
          href="/jobs"
          variant="subtle"
          color="gray"
          leftSection={<IconArrowLeft size={16} aria-hidden="true" />}
        >
          {text.jobs.back}
        </Button>
      }
    >
      <ul className={classes['kinds']}>
        {forms.map(({ name, kind: { Icon }, form }) => (
          <li key={name}>
            <Button
              component={Link}
              href={`/jobs/new/${name}`}
              size="md"
              leftSection={<Icon size={20} stroke={1.5} aria-hidden="true" />}
            >
              {form.words(text).newJob}
            </Button>
          </li>
        ))}
      </ul>
    </Page>
  )
}
