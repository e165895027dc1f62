import { join } from 'node:path'
import { Document } from '@langchain/core/documents'
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors'
import { FakeRetriever, FakeVectorStore } from '@langchain/core/utils/testing'
import { cosineSimilarity, embed, embedMany, rerank } from 'ai'
import { describe, expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { YujuEmbeddingModel, YujuRerankingModel } from 'yuju/ai'
import { YujuEmbeddings, YujuReranker } from 'yuju/langchain'
import { Reranker } from 'yuju/rerank'
import { changedModel } from './support/model-folder.ts'
import { readNpy } from './support/npy.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

const TEXTS = readJson<string[]>(join(FIXTURES, 'texts.json'))
const TINY = join(FIXTURES, 'models/tiny-bert-zh')
const GOLDEN = readNpy(join(FIXTURES, 'embeddings/tiny-bert-zh.npy'))
const silent = { truncate: 'silent' } as const

/** The tiny model with prompts of its own, as retrieval models have them. */
function promptedModel(prompts: Readonly<Record<string, string>>): string {
  return changedModel(TINY, {
    'config_sentence_transformers.json': (config) => ({ ...config, prompts }),
  })
}

describe('yuju/langchain', () => {
  test('documents and queries get the vectors of sentence-transformers', async () => {
    const options = { documents: silent, queries: silent }
    const embeddings = await YujuEmbeddings.load(TINY, options)
    const documents = await embeddings.embedDocuments(TEXTS)
    expect(documents).toHaveLength(TEXTS.length)
    expect(largestDifference(documents.flat(), GOLDEN.data)).toBeLessThanOrEqual(2e-5)
    const query = await embeddings.embedQuery(TEXTS[0] ?? '')
    expect(largestDifference(query, documents[0] ?? [])).toBeLessThanOrEqual(1e-6)
    expect(await embeddings.embedDocuments([])).toEqual([])
    await embeddings.encoder.dispose()
  })

  test('a vector store of LangChain finds a text by itself', async () => {
    await using encoder = await SentenceEncoder.load(TINY)
    const embeddings = new YujuEmbeddings(encoder)
    const texts = ['花呗怎么还款', '今天天气很好', '如何更换绑定手机', '借呗利息是多少']
    const places = texts.map((_, place) => ({ place }))
    const store = await FakeVectorStore.fromTexts(texts, places, embeddings)
    for (const [place, text] of texts.entries()) {
      const [[found, score] = [undefined, 0]] = await store.similaritySearchWithScore(text, 1)
      expect(found?.pageContent).toBe(text)
      expect(found?.metadata).toEqual({ place })
      expect(score).toBeCloseTo(1, 6)
    }
  })

  test("each side gets the model's own prompt for it", async () => {
    const prompts = { query: '查询：', passage: '文档：' }
    await using encoder = await SentenceEncoder.load(promptedModel(prompts))
    const embeddings = new YujuEmbeddings(encoder)
    const [asked, found] = ['查询：花呗', '文档：花呗'].map((text) =>
      encoder.encode(text, { prompt: '' }),
    )
    expect(await embeddings.embedQuery('花呗')).toEqual([...((await asked) ?? [])])
    expect(await embeddings.embedDocuments(['花呗'])).toEqual([[...((await found) ?? [])]])
  })

  test('options name another prompt, or none', async () => {
    await using encoder = await SentenceEncoder.load(promptedModel({ query: '查询：' }))
    const plain = new YujuEmbeddings(encoder, { queries: { prompt: '' } })
    const expected = await encoder.encode('花呗', { prompt: '' })
    expect(await plain.embedQuery('花呗')).toEqual([...expected])
    const named = new YujuEmbeddings(encoder, { documents: { promptName: 'query' } })
    const prompted = await encoder.encode('花呗', { promptName: 'query' })
    expect(await named.embedDocuments(['花呗'])).toEqual([[...prompted]])
  })
})

describe('yuju/ai', () => {
  test('embedMany gives the vectors of sentence-transformers, and counts tokens', async () => {
    const model = await YujuEmbeddingModel.load(TINY, { encode: silent })
    const { embeddings, usage } = await embedMany({ model, values: TEXTS })
    expect(largestDifference(embeddings.flat(), GOLDEN.data)).toBeLessThanOrEqual(2e-5)
    const { tokens } = await model.encoder.encode(TEXTS, silent)
    expect(usage.tokens).toBe(tokens.reduce((sum, count) => sum + count, 0))
    await model.encoder.dispose()
  })

  test('embed agrees with embedMany, and cosineSimilarity with the encoder', async () => {
    await using encoder = await SentenceEncoder.load(TINY)
    const model = new YujuEmbeddingModel(encoder)
    const values = ['花呗怎么还款', '借呗利息是多少']
    const { embeddings } = await embedMany({ model, values })
    const { embedding } = await embed({ model, value: '花呗怎么还款' })
    expect(largestDifference(embedding, embeddings[0] ?? [])).toBeLessThanOrEqual(1e-6)
    const ours = await encoder.similarity('花呗怎么还款', '借呗利息是多少')
    expect(cosineSimilarity(embedding, embeddings[1] ?? [])).toBeCloseTo(ours, 5)
  })

  test('providerOptions.yuju goes before the defaults', async () => {
    await using encoder = await SentenceEncoder.load(promptedModel({ query: '查询：' }))
    const model = new YujuEmbeddingModel(encoder, { encode: { prompt: '文档：' } })
    const yuju = { promptName: 'query', normalize: true, dimensions: 16 }
    const { embedding } = await embed({ model, value: '花呗', providerOptions: { yuju } })
    expect(embedding).toEqual([...(await encoder.encode('花呗', yuju))])
    const { embedding: plain } = await embed({ model, value: '花呗' })
    expect(plain).toEqual([...(await encoder.encode('花呗', { prompt: '文档：' }))])
  })

  test('an unknown option is refused by name', async () => {
    await using encoder = await SentenceEncoder.load(TINY)
    const model = new YujuEmbeddingModel(encoder)
    const providerOptions = { yuju: { dimension: 16 } }
    await expect(embed({ model, value: '花呗', providerOptions })).rejects.toMatchObject({
      code: 'provider-options',
      message: expect.stringContaining('"dimension"'),
    })
  })

  test('truncated texts are a warning of the result', async () => {
    await using encoder = await SentenceEncoder.load(TINY, { onWarning: unexpected })
    const model = new YujuEmbeddingModel(encoder)
    const { warnings } = await model.doEmbed({ values: ['短', '长'.repeat(5000)] })
    expect(warnings).toEqual([
      { type: 'other', message: '1 of 2 texts were truncated to the limit' },
    ])
  })

  test('a proxy of the model, which is what AI SDK 7 calls, gives the same', async () => {
    await using encoder = await SentenceEncoder.load(TINY)
    const model = new YujuEmbeddingModel(encoder)
    const proxy = new Proxy(model, { get: (target, name) => Reflect.get(target, name) })
    expect(await proxy.doEmbed({ values: ['花呗'] })).toEqual(
      await model.doEmbed({ values: ['花呗'] }),
    )
  })

  test('an aborted call ends with the reason it was given', async () => {
    await using encoder = await SentenceEncoder.load(TINY)
    const model = new YujuEmbeddingModel(encoder)
    const abortSignal = AbortSignal.abort(new Error('the reader went away'))
    const call = embedMany({ model, values: TEXTS, abortSignal, maxRetries: 0 })
    await expect(call).rejects.toThrow('the reader went away')
  })
})

describe('rerankers', () => {
  const RERANKER = join(FIXTURES, 'rerankers/bert')
  const pairs = readJson<[string, string][]>(join(FIXTURES, 'rerankers/pairs.json')).slice(0, 6)
  const golden = readJson<Record<string, { ranking: { index: number; score: number }[] }>>(
    join(FIXTURES, 'rerankers/scores.json'),
  ).bert?.ranking
  const [query = ''] = pairs[0] ?? []
  const documents = pairs.map(([, document]) => document)
  const indices = golden?.map(({ index }) => index)
  const scores = golden?.map(({ score }) => score) ?? []

  test('rerank of the AI SDK gives the ranking of sentence-transformers', async () => {
    const model = await YujuRerankingModel.load(RERANKER)
    const { ranking, rerankedDocuments } = await rerank({ model, query, documents, topN: 4 })
    expect(ranking.map(({ originalIndex }) => originalIndex)).toEqual(indices)
    expect(
      largestDifference(
        ranking.map(({ score }) => score),
        scores,
      ),
    ).toBeLessThanOrEqual(1e-5)
    expect(rerankedDocuments).toEqual(indices?.map((index) => documents[index]))
    await model.reranker.dispose()
  })

  test('objects are scored as JSON, options checked, truncation told', async () => {
    await using reranker = await Reranker.load(RERANKER, { onWarning: unexpected })
    const model = new YujuRerankingModel(reranker, { score: { maxLength: 12 } })
    const objects = [{ text: '还款' }, { text: '今天天气真不错' }]
    const { ranking } = await rerank({ model, query, documents: objects })
    const texts = objects.map((value) => JSON.stringify(value))
    const expected = await reranker.rerank(query, texts, { maxLength: 12, truncate: 'silent' })
    expect(ranking.map(({ score }) => score)).toEqual(expected.map(({ score }) => score))
    const raw = { yuju: { activation: 'identity' } }
    const call = { query, documents: { type: 'object', values: objects } } as const
    const { ranking: logits, warnings } = await model.doRerank({ ...call, providerOptions: raw })
    expect(logits[0]?.relevanceScore).toBeGreaterThan(1)
    expect(warnings).toEqual([
      expect.objectContaining({ feature: 'object documents' }),
      { type: 'other', message: '2 of 2 pairs were truncated to the limit' },
    ])
    const wrong = model.doRerank({ ...call, providerOptions: { yuju: { topK: 1 } } })
    await expect(wrong).rejects.toMatchObject({ code: 'provider-options' })
  })

  test('a document compressor of LangChain ranks what a retriever found', async () => {
    const compressor = await YujuReranker.load(RERANKER, { rerank: { topK: 4 } })
    expect(BaseDocumentCompressor.isBaseDocumentCompressor(compressor)).toBe(true)
    const output = documents.map((pageContent, place) => {
      return new Document({ pageContent, metadata: { place }, id: String(place) })
    })
    const found = await new FakeRetriever({ output }).invoke(query)
    const ranked = await compressor.compressDocuments(found, query)
    expect(ranked.map(({ metadata }) => metadata.place)).toEqual(indices)
    expect(ranked.map(({ id }) => id)).toEqual(indices?.map(String))
    const relevance = ranked.map(({ metadata }) => metadata.relevanceScore)
    expect(largestDifference(relevance, scores)).toBeLessThanOrEqual(1e-5)
    expect(output[0]?.metadata).toEqual({ place: 0 })
    await compressor.reranker.dispose()
  })
})

function unexpected(message: string): never {
  throw new Error(`no warning was expected, but came: ${message}`)
}
