import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const packageRoot = path.join(import.meta.dirname, '..')

/** Shown with a policy of their own, and looked at by the tests of their rooms. */
const lookedAtElsewhere = new Set(['renderOutboxMailPage', 'renderFormPostPage'])

test('every page that an endpoint renders is among the samples, which axe-core, the budgets and the screenshots go over', () => {
  const samples = readFileSync(path.join(import.meta.dirname, 'sample-pages.ts'), 'utf8')
  const rendered = globSync('src/endpoints/**/*.ts', { cwd: packageRoot }).flatMap((file) => {
    const source = readFileSync(path.join(packageRoot, file), 'utf8')
    return [...source.matchAll(/^export function (render\w*Page)\(/gm)].map(([, name = '']) => name)
  })
  expect(rendered.length).toBeGreaterThan(15)
  const missing = rendered.filter((name) => !samples.includes(`${name}(`) && !lookedAtElsewhere.has(name))
  expect(missing).toEqual([])
})
