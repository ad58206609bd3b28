import { join } from 'node:path'
import { build } from 'esbuild'

/** The client as a page loads it: one minified script whose exports stand in the global `ostiary`. */
export async function bundleClient(
  format: 'esm' | 'iife',
): Promise<{ readonly text: string; readonly imports: readonly string[] }> {
  const { metafile, outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../src/index.ts')],
    bundle: true,
    minify: true,
    format,
    ...(format === 'iife' && { globalName: 'ostiary' }),
    platform: 'browser',
    metafile: true,
    write: false,
  })
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path))
  return { text: outputFiles[0]?.text ?? '', imports }
}
