// `npm run build`: builds the packages with what is installed.
import { build } from './ensure-installed.mjs'

build()
