import { type Html, html } from '../platform/html/html.ts'

/** The address that a page of a login has, with where the login leads to carried along; `path` alone where it leads nowhere in particular. */
export function withReturnTo(path: string, returnTo: string | undefined): string {
  return returnTo === undefined ? path : `${path}?${new URLSearchParams({ return_to: returnTo })}`
}

/** The same for a form: its hidden field. */
export function renderReturnTo(returnTo: string | undefined): Html | undefined {
  return returnTo === undefined ? undefined : html`<input type="hidden" name="return_to" value="${returnTo}">\n`
}
