// Losses, gradients and five distilling steps against the golden files of sentence-transformers.
// node bench/train-parity.mjs (after npm run build)
import { createViteServer } from 'vitest/node'
import { recordResult } from './results.mjs'

// Gradients are not public: the tests' own comparison is used, which is TypeScript.
const vite = await createViteServer({
  configFile: false,
  // Node 20 does not know `await using`.
  oxc: { target: 'node20' },
  logLevel: 'error',
  server: { middlewareMode: true, ws: false, watch: null },
})
const { GOLDEN_LOSSES } = await vite.ssrLoadModule('/test/support/golden-losses.ts')
const { distilParity } = await vite.ssrLoadModule('/test/support/distil-parity.ts')
const { lossParity } = await vite.ssrLoadModule('/test/support/loss-parity.ts')

const results = []
for (const golden of GOLDEN_LOSSES) {
  const result = await lossParity(golden)
  console.log(golden.name, result)
  results.push(result)
}
const distil = await distilParity()
console.log('distilling', distil)
await vite.close()

const worst = (part) => Number(Math.max(...results.map((result) => result[part])).toExponential(2))
const shown = { peer: 'sentence-transformers 6.2.0', command: 'node bench/train-parity.mjs' }
const spread = `${results.length} losses`
await recordResult({ name: 'train.loss_parity', value: worst('loss'), spread, ...shown })
await recordResult({ name: 'train.gradient_parity', value: worst('norm'), spread, ...shown })
await recordResult({
  name: 'train.distil_parity',
  value: Number(Math.max(distil.loss, distil.norm).toExponential(2)),
  spread: `losses and gradient norms of five steps; embeddings after them within ${distil.embedding.toExponential(1)}`,
  ...shown,
})
console.log('largest difference of a listed entry', worst('entry'))
