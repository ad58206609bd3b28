import type { Visit } from './visitor.ts'

/** Where a page sends the browser on to. */
export function onwardOf(page: Visit): URL {
  const href = /<a id="onward" href="([^"]+)"/.exec(page.text)?.[1]
  if (href === undefined) throw new Error(`no way on: ${page.status} ${page.text.slice(-600)}`)
  return new URL(href.replaceAll('&amp;', '&'), page.url)
}

/** The address that an upstream sends the browser back to, which was asked this. */
export function callback(asked: URL, parameters: Record<string, string>): string {
  const state = asked.searchParams.get('state') ?? ''
  return `${asked.searchParams.get('redirect_uri')}?${new URLSearchParams({ state, ...parameters })}`
}
