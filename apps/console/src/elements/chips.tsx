import classes from './lists.module.css'

/** Short words beside each other, such as roles and scopes; `none` where there are none. */
export function Chips({ words, none = 'none' }: { readonly words: readonly string[]; readonly none?: string }) {
  if (words.length === 0) return <span className="muted">{none}</span>
  return (
    <span className={classes.chips}>
      {words.map((word) => (
        <span key={word} className={classes.chip}>
          {word}
        </span>
      ))}
    </span>
  )
}
