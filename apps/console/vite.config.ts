import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The package of the server carries the console: it is served from there, and packed with it. */
const outDir = path.join(import.meta.dirname, '../../packages/server/dist/console')

/** The guard's checks decode with Node's Buffer. In a browser they get what they need of it. */
const buffer = path.join(import.meta.dirname, 'src/pages/inspector/node-buffer.ts')

export default defineConfig({
  root: import.meta.dirname,
  // Files name each other relative to themselves: an issuer may have a path, which no build knows.
  base: './',
  plugins: [react()],
  resolve: { alias: { 'node:buffer': buffer } },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2024',
    // As a data: URL a file would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: { transform: { inject: { Buffer: [buffer, 'Buffer'] } } },
    license: { fileName: 'THIRD-PARTY-LICENSES.md' },
  },
})
