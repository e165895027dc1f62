import { basename } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

/** The model folder that scripts/demo.mjs puts below models/. */
const model = basename(process.env.YUJU_MODEL ?? 'models/yuju-small-zh')

/** Lists what the service worker keeps: all but what is for WebGPU alone, which is large. */
function pageFiles(): Plugin {
  return {
    name: 'page-files',
    generateBundle(_, bundle) {
      const names = Object.keys(bundle).filter(
        (name) => !/index\.html|service-worker|webgpu|asyncify/.test(name),
      )
      this.emitFile({
        type: 'asset',
        fileName: 'page-files.json',
        source: JSON.stringify(names),
      })
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses: the page may lie in any folder of any server.
  base: './',
  define: { MODEL_NAME: JSON.stringify(model) },
  plugins: [pageFiles()],
  build: {
    outDir: '../../demo',
    emptyOutDir: true,
    rollupOptions: {
      input: {
        index: new URL('./index.html', import.meta.url).pathname,
        'service-worker': new URL('./service-worker.ts', import.meta.url).pathname,
      },
      output: {
        entryFileNames: ({ name }) =>
          name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js',
      },
    },
  },
})
