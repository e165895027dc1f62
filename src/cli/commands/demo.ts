import { basename } from 'node:path'
import { rowsOf, shortNumbers } from '../../files/index.ts'
import { defineCommand } from '../command.ts'
import { JSON_FLAG, MODEL_FLAGS } from '../flags.ts'
import { printFields, vectorHead } from '../format.ts'
import { loadEncoder, namedModel } from '../model.ts'

/** The two sentences of the model card of DMetaSoul/sbert-chinese-general-v2-distill. */
const SENTENCES = [
  '我的儿子！他猛然间喊道，我的儿子在哪儿？',
  '我的儿子呢！他突然喊道，我的儿子在哪里？',
] as const

const ARGS = { ...MODEL_FLAGS, ...JSON_FLAG } as const

/** Encodes two sentences that mean the same, and shows what comes out and how long it takes. */
export const demo = defineCommand(ARGS, async (args, shell) => {
  const model = await namedModel(args.model, shell)
  const start = performance.now()
  await using encoder = await loadEncoder(model, args, shell)
  const loaded = performance.now()
  const embeddings = await encoder.encode(SENTENCES, { signal: shell.signal })
  const encoded = performance.now()
  const score = await encoder.similarity(...SENTENCES)
  const { dimensions, similarityName: similarity, backend } = encoder
  const [loadMs, encodeMs] = [Math.round(loaded - start), Math.round(encoded - loaded)]
  const vectors = rowsOf(embeddings)
  if (args.json) {
    const rows = SENTENCES.map((text, row) => {
      return { text, embedding: shortNumbers(vectors[row] ?? new Float32Array()) }
    })
    return shell.printJson({
      ...{ model, backend, dimensions, similarity, score, loadMs, encodeMs },
      embeddings: rows,
    })
  }
  printFields({ model: basename(model), runtime: backend, dimensions: `${dimensions}` }, shell)
  for (const [row, text] of SENTENCES.entries()) {
    shell.print(`\n${shell.style('bold', text)}`)
    shell.print(vectorHead(vectors[row] ?? new Float32Array()))
  }
  shell.print('')
  printFields(
    { [similarity]: score.toFixed(4), loaded: `${loadMs} ms`, encoded: `${encodeMs} ms` },
    shell,
  )
})
