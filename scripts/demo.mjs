// The demo as a static site in demo/, with a model: node scripts/demo.mjs [MODEL FOLDER]
// (default: YUJU_MODEL, else models/yuju-small-zh)
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { build } from 'vite'
import { copyActivationRanges, exportWeb, loadCheckpoint, saveCheckpoint } from 'yuju'

const model = resolve(process.argv[2] ?? process.env.YUJU_MODEL ?? 'models/yuju-small-zh')
if (!existsSync(model)) {
  console.error(`there is no model folder ${model}; name one: npm run demo -- FOLDER`)
  process.exit(1)
}
process.env.YUJU_MODEL = model
const root = resolve(import.meta.dirname, '..')
await build({ configFile: join(root, 'web/demo/vite.config.ts'), logLevel: 'warn' })
const folder = join(root, 'demo/models', basename(model))
await saveCheckpoint(folder, await loadCheckpoint(model))
await copyActivationRanges(model, folder)
await exportWeb(folder)
console.log('demo/ is ready for any static server; to open it here: npm run demo:open')
