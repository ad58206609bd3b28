/** Of every answer of the feed: guards in browsers may read it too, and nobody on the way keeps it. */
export const feedHeaders = {
  'cache-control': 'no-store',
  'access-control-allow-origin': '*',
  'x-content-type-options': 'nosniff',
} as const
