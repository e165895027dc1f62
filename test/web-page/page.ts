import { Reranker, SentenceEncoder } from 'yuju/web'

type LoadOptions = Parameters<typeof SentenceEncoder.load>[1]

/** What the tests ask of this page; everything that comes back can be written as JSON. */

const silent = { truncate: 'silent' } as const
const encoders: SentenceEncoder[] = []
const warnings: string[] = []

async function load(address: string, options?: LoadOptions) {
  warnings.length = 0
  const onWarning = (message: string) => warnings.push(message)
  const encoder = await SentenceEncoder.load(address, { ...options, onWarning })
  encoders.push(encoder)
  const { backend, threads, dimensions, maxLength, similarityName } = encoder
  return { backend, threads, dimensions, maxLength, similarityName, warnings }
}

/** The encoder loaded last. */
function encoder(): SentenceEncoder {
  const last = encoders.at(-1)
  if (!last) throw new Error('no model was loaded')
  return last
}

async function together(texts: readonly string[]): Promise<number[]> {
  return [...(await encoder().encode(texts, silent)).data]
}

async function alone(texts: readonly string[]): Promise<number[]> {
  const rows: number[] = []
  for (const text of texts) rows.push(...(await encoder().encode(text, silent)))
  return rows
}

/** The texts in another order, encoded, and back in their own. */
async function shuffled(texts: readonly string[]): Promise<number[]> {
  const order = texts.map((_, i) => (i * 37) % texts.length)
  const mixed = order.map((i) => texts[i] ?? '')
  const { data, dimensions } = await encoder().encode(mixed, { ...silent, batchSize: 7 })
  const restored = new Float32Array(data.length)
  order.forEach((index, row) => {
    restored.set(data.subarray(row * dimensions, (row + 1) * dimensions), index * dimensions)
  })
  return [...restored]
}

async function tokens(texts: readonly string[]) {
  return encoder()
    .tokenize(texts)
    .map(({ ids, truncated }) => ({ ids: [...ids], truncated }))
}

async function progress(address: string) {
  const seen: { bytes: number; total: number }[] = []
  await load(address, { onDownload: ({ bytes, total }) => seen.push({ bytes, total }) })
  return seen
}

/** How often the page could do something else while texts were encoded. */
async function turnsMeanwhile(texts: readonly string[]): Promise<number> {
  let turns = 0
  const timer = setInterval(() => {
    turns += 1
  }, 1)
  await encoder().encode(texts, silent)
  clearInterval(timer)
  return turns
}

async function kept(): Promise<string[]> {
  const cache = await caches.open('yuju-models-1')
  return (await cache.keys()).map(({ url }) => url).filter((url) => url.includes('?sha256='))
}

/** Changes a byte of a file that the browser keeps. */
async function damageKept(path: string): Promise<void> {
  const cache = await caches.open('yuju-models-1')
  const [address = ''] = (await kept()).filter((url) => url.includes(path))
  const bytes = new Uint8Array(await new Response((await cache.match(address))?.body).arrayBuffer())
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  await cache.put(address, new Response(bytes))
}

async function hasWebGpu(): Promise<boolean> {
  const { gpu } = navigator as { readonly gpu?: { requestAdapter(): Promise<unknown> } }
  return Boolean(await gpu?.requestAdapter().catch(() => null))
}

/** Scores of pairs, and the order of their second texts for the first text of the first pair. */
async function rerank(address: string, pairs: readonly [string, string][]) {
  const reranker = await Reranker.load(address, { onWarning: () => {} })
  const { scores } = await reranker.score(pairs)
  const documents = pairs.map(([, document]) => document)
  const ranking = await reranker.rerank(pairs[0]?.[0] ?? '', documents)
  await reranker.dispose()
  return { scores: [...scores], order: ranking.map(({ index }) => index) }
}

/** The code of an error, or nothing. */
async function failure(work: () => Promise<unknown>) {
  try {
    await work()
    return undefined
  } catch (error) {
    const { name, code, message } = error as Error & { readonly code?: string }
    return { name, code, message }
  }
}

const asked = {
  load,
  together,
  alone,
  shuffled,
  tokens,
  progress,
  turnsMeanwhile,
  kept,
  damageKept,
  forget: () => caches.delete('yuju-models-1'),
  hasWebGpu,
  rerank,
  rerankFailure: (address: string) => failure(() => Reranker.load(address)),
  loadFailure: (address: string, options?: LoadOptions) => failure(() => load(address, options)),
  encodeFailure: (text: string) => failure(() => encoder().encode(text)),
  similarity: (a: string, b: string) => encoder().similarity(a, b),
  dispose: () => encoder().dispose(),
  isIsolated: async () => globalThis.crossOriginIsolated,
}

export type PageFunctions = typeof asked

Object.assign(globalThis, { asked })
