/** A plot that is committed beside the document. */
export interface Plot {
  /** Such as `refresh.svg`. */
  readonly file: string
  /** What is seen, for who doesn't see it. */
  readonly alt: string
  readonly svg: string
}

export interface BarGroup {
  readonly name: string
  readonly bars: readonly { readonly name: string; readonly value: number }[]
}

export interface Curve {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

const WIDTH = 720
const MARGIN = 16
const LABEL_WIDTH = 190
const VALUE_WIDTH = 80
const ROW = 24
const PLOT_HEIGHT = 240

/** Horizontal bars in groups, each with its name and its value; the first of each group stand out. */
export function renderBars(title: string, groups: readonly BarGroup[]): string {
  const largest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)))
  const scale = (WIDTH - 2 * MARGIN - LABEL_WIDTH - VALUE_WIDTH) / largest
  const parts: string[] = []
  let top = 48
  for (const { name, bars } of groups) {
    parts.push(text(MARGIN, top + 16, name, 'name'))
    top += ROW + 4
    for (const bar of bars) {
      const width = Math.max(1, bar.value * scale)
      const kind = bar.name.startsWith('Ostiary') ? 'own' : 'other'
      parts.push(text(MARGIN, top + 15, bar.name, 'label'))
      parts.push(
        `<rect class="${kind}" x="${MARGIN + LABEL_WIDTH}" y="${top + 3}" width="${round(width)}" height="16"/>`,
      )
      parts.push(text(MARGIN + LABEL_WIDTH + width + 8, top + 15, formatNumber(bar.value), 'value'))
      top += ROW
    }
    top += 12
  }
  return frame(title, top, parts)
}

/** Curves over a logarithmic x and a y from 0 to 1, each with its name at its end. */
export function renderCurves(title: string, xLabel: string, curves: readonly Curve[]): string {
  const xs = curves.flatMap(({ points }) => points.map(({ x }) => x))
  const [first, last] = [Math.floor(Math.log10(Math.min(...xs))), Math.ceil(Math.log10(Math.max(...xs)))]
  const [left, right, top] = [56, WIDTH - 24, 56]
  const toX = (x: number): number => left + ((Math.log10(x) - first) / (last - first)) * (right - left)
  const toY = (y: number): number => top + (1 - y) * PLOT_HEIGHT
  const parts: string[] = []
  for (let power = first; power <= last; power += 1) {
    const x = toX(10 ** power)
    parts.push(`<line class="grid" x1="${round(x)}" y1="${top}" x2="${round(x)}" y2="${top + PLOT_HEIGHT}"/>`)
    parts.push(text(x, top + PLOT_HEIGHT + 18, formatNumber(10 ** power), 'tick middle'))
  }
  for (const share of [0, 0.5, 1]) {
    parts.push(`<line class="grid" x1="${left}" y1="${toY(share)}" x2="${right}" y2="${toY(share)}"/>`)
    parts.push(text(left - 8, toY(share) + 4, `${share * 100} %`, 'tick end'))
  }
  parts.push(text((left + right) / 2, top + PLOT_HEIGHT + 38, xLabel, 'tick middle'))
  for (const [index, { name, points }] of curves.entries()) {
    const path = points.map(({ x, y }) => `${round(toX(x))},${round(toY(y))}`).join(' ')
    parts.push(`<polyline class="curve tint-${index}" points="${path}"/>`)
    // Named where the curve has come half way up: there curves stand apart.
    const middle = points.find(({ y }) => y >= 0.25 + 0.22 * index) ?? points[0]
    // The first one's name stands left of it, where there is no other curve.
    const [shift, anchor] = index === 0 ? [-8, ' end'] : [8, '']
    if (middle) parts.push(text(toX(middle.x) + shift, toY(middle.y) + 12, name, `label fill-${index}${anchor}`))
  }
  return frame(title, top + PLOT_HEIGHT + 56, parts)
}

/** Curves over a linear x and y, both from 0, each with its name above its end. */
export function renderCourses(
  title: string,
  { x: xLabel, y: yLabel }: { readonly x: string; readonly y: string },
  curves: readonly Curve[],
): string {
  const points = curves.flatMap((curve) => curve.points)
  const [lastX, lastY] = [Math.max(...points.map(({ x }) => x)), 1.15 * Math.max(...points.map(({ y }) => y))]
  const [left, right, top] = [64, WIDTH - 24, 56]
  const toX = (x: number): number => left + (x / lastX) * (right - left)
  const toY = (y: number): number => top + (1 - y / lastY) * PLOT_HEIGHT
  const parts: string[] = []
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const [x, y] = [share * lastX, share * lastY]
    parts.push(`<line class="grid" x1="${left}" y1="${round(toY(y))}" x2="${right}" y2="${round(toY(y))}"/>`)
    parts.push(text(left - 8, toY(y) + 4, formatNumber(y), 'tick end'))
    parts.push(text(toX(x), top + PLOT_HEIGHT + 18, formatNumber(x), 'tick middle'))
  }
  parts.push(text((left + right) / 2, top + PLOT_HEIGHT + 38, `${xLabel}; upwards: ${yLabel}`, 'tick middle'))
  for (const [index, { name, points: course }] of curves.entries()) {
    const path = course.map(({ x, y }) => `${round(toX(x))},${round(toY(y))}`).join(' ')
    parts.push(`<polyline class="curve tint-${index}" points="${path}"/>`)
    const end = course.at(-1)
    if (end) parts.push(text(toX(end.x) - 4, toY(end.y) - 8, name, `label fill-${index} end`))
  }
  return frame(title, top + PLOT_HEIGHT + 56, parts)
}

/** What a share of values was at most: the points of a curve for `renderCurves`, from the least to the greatest value. */
export function toDistribution(values: readonly number[], steps = 100): Curve['points'] {
  const sorted = values.toSorted((a, b) => a - b)
  return Array.from({ length: steps + 1 }, (_, step) => {
    const place = Math.round((step / steps) * (sorted.length - 1))
    return { x: sorted[place] ?? Number.NaN, y: step / steps }
  })
}

function frame(title: string, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${Math.ceil(height)}" role="img" aria-label="${escapeText(title)}">
<style>${style}</style>
<rect class="paper" width="100%" height="100%"/>
${text(MARGIN, 30, title, 'title')}
${parts.join('\n')}
</svg>
`
}

// The colours of the pages (packages/server/src/platform/html/palette.ts): accent first, then tints of the ink.
const style = `text{font:13px system-ui,sans-serif;fill:#1c1b19}.title{font-size:16px;font-weight:600}.name{font-weight:600}.tick,.value{fill:#5f5b54;font-variant-numeric:tabular-nums}.middle{text-anchor:middle}.end{text-anchor:end}.paper{fill:#fbfaf7}.own{fill:#0f5e5a}.other{fill:#8c867b}.grid{stroke:#e3dfd6}.curve{fill:none;stroke-width:2}.tint-0{stroke:#0f5e5a}.tint-1{stroke:#5f5b54}.tint-2{stroke:#1c1b19}.tint-3{stroke:#a3261b}.fill-0{fill:#0f5e5a}.fill-1{fill:#5f5b54}.fill-3{fill:#a3261b}@media (prefers-color-scheme:dark){text{fill:#f1eee7}.tick,.value{fill:#a8a298}.paper{fill:#141412}.own{fill:#6fc7bf}.other{fill:#6e695f}.grid{stroke:#34322d}.tint-0{stroke:#6fc7bf}.tint-1{stroke:#a8a298}.tint-2{stroke:#f1eee7}.tint-3{stroke:#f2917f}.fill-0{fill:#6fc7bf}.fill-1{fill:#a8a298}.fill-3{fill:#f2917f}}`

function text(x: number, y: number, content: string, kind: string): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}">${escapeText(content)}</text>`
}

function escapeText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function formatNumber(value: number): string {
  return value < 1 ? String(value) : Math.round(value).toLocaleString('en')
}
