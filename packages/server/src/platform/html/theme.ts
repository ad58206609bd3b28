/** What an operator may change about the pages and mails. Immutable; made of settings by `readTheme`. */
export interface Theme {
  /** Stands beside the mark, in the window's title and in mails. */
  readonly name: string
  /** Replaces the mark. Absent in the dark: the same in both. */
  readonly logo?: { readonly light: ThemeImage; readonly dark?: ThemeImage }
  /** Replaces the mark as the window's icon: a `data:image/…` URL. */
  readonly iconUrl?: string
  /** Replaces verdigris, in light and in dark: two colours `#rrggbb`, each 4.5 : 1 or more on its paper and surface. */
  readonly accent?: { readonly light: string; readonly dark: string }
  /** Absolute https URLs, linked from every page and mail. */
  readonly termsUrl?: string
  readonly privacyUrl?: string
}

/** An image that needs no request, with the size that is kept free for it. */
export interface ThemeImage {
  /** A `data:image/…` URL. */
  readonly url: string
  readonly width: number
  readonly height: number
}

/** The look of the product itself. */
export const ostiaryTheme: Theme = Object.freeze({ name: 'Ostiary' })
