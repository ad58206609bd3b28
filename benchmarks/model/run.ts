// `npm run model [-- --write]`: prints the model of a large installation, or writes it into docs/guide/sharding.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArguments } from '../../scripts/parse-arguments.ts'
import { MODEL_BEGIN, MODEL_END, modelPage } from './model-page.ts'
import { renderModel } from './render-model.ts'

const usage = `npm run model [-- --write]

Prints what a large installation would take, from benchmarks/model/assumptions.ts and what was measured. Change the assumptions and run it again.

  --write  writes it into docs/guide/sharding.md`
if (parseArguments(usage, { options: { write: { type: 'boolean' } } }).values.write) {
  const text = readFileSync(modelPage, 'utf8')
  const [before = ''] = text.split(MODEL_BEGIN)
  const [, after = ''] = text.split(MODEL_END)
  writeFileSync(modelPage, before + MODEL_BEGIN + renderModel() + MODEL_END + after)
} else {
  console.log(renderModel())
}
