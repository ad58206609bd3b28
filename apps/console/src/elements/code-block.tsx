import classes from './code.module.css'
import { CopyButton } from './copyable.tsx'

/** Text to be pasted elsewhere, such as code, with a button that copies all of it. */
export function CodeBlock({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div className={classes.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1: what can be scrolled sideways can be by keyboard. */}
      <section className={classes.scroll} tabIndex={0} aria-label={what}>
        <pre className={classes.text}>
          <code>{text}</code>
        </pre>
      </section>
      <div className={classes.copy}>
        <CopyButton text={text} what={what} />
      </div>
    </div>
  )
}
