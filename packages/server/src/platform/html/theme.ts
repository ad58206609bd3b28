/** What an operator may change about the pages. Immutable; the strings are checked when the style sheet is made. */
export interface Theme {
  /** Stands beside the mark and in the window's title. */
  readonly name: string
  /** Replaces the mark: a path on this origin (`/…`) or a `data:image/…` URL. Shown 28 px high. */
  readonly logo?: string
  /** Replaces verdigris, in light and in dark: two colours `#rrggbb`, each 4.5 : 1 or more on its paper and surface. */
  readonly accent?: { readonly light: string; readonly dark: string }
}

/** The look of the product itself. */
export const ostiaryTheme: Theme = Object.freeze({ name: 'Ostiary' })
