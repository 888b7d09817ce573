import { SAMPLE_NAMES, type SampleName } from '#contract'
import { useText } from '../../../state/text.tsx'
import { useSceneDrop } from '../scene/scene-drop.tsx'
import classes from './sample-cards.module.css'

/** Rendered from the samples themselves by `npm run samples`. */
const PICTURES: Readonly<Record<SampleName, string>> = {
  bunny: new URL('./bunny.jpg', import.meta.url).href,
  knot: new URL('./knot.jpg', import.meta.url).href,
  lamp: new URL('./lamp.jpg', import.meta.url).href,
}

/** Scenes to try where the user has none at hand; each fills the form with a draft of it. */
export function SampleCards() {
  const text = useText().jobKinds.render.sampleScenes
  const { trySample } = useSceneDrop()
  return (
    <section className={classes['samples']} aria-labelledby="sample-scenes">
      <h2 id="sample-scenes" className={classes['title']}>
        {text.title}
      </h2>
      <ul className={classes['cards']}>
        {SAMPLE_NAMES.map((name) => (
          <li key={name}>
            <button type="button" className={classes['card']} onClick={() => trySample(name)}>
              <img src={PICTURES[name]} alt="" width={400} height={300} className={classes['picture']} />
              <span className={classes['words']}>
                <span className={classes['name']}>{text.tryIt[name]}</span>
                <span className={classes['hint']}>{text.shows[name]}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
