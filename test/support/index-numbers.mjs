// A program to be killed: puts a thousand texts into a store, and says when it has read some more.
import { SentenceEncoder } from 'yuju'
import { indexTexts, openStore } from 'yuju/search'

const [, , path, model] = process.argv
const store = await openStore(path)
const encoder = await SentenceEncoder.load(model, { onWarning: () => {} })
const texts = Array.from({ length: 1000 }, (_, i) => ({ id: `${i}`, text: `第${i}句话` }))
await indexTexts(encoder, store, texts, {
  blockSize: 50,
  onProgress: ({ read }) => process.stdout.write(`${read}\n`),
})
await store.close()
await encoder.dispose()
