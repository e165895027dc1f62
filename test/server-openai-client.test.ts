import OpenAI, { AuthenticationError, NotFoundError, UnprocessableEntityError } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { createServer, type Listener, listen } from 'yuju/server'
import { TINY } from './support/server-client.ts'
import { largestDifference } from './support/vectors.ts'

const TEXTS = ['今天天气真好', '今天是晴天', '我饿了']

let listener: Listener
let client: OpenAI

beforeAll(async () => {
  const models = [{ name: 'tiny', model: TINY }]
  listener = await listen(await createServer({ models, apiKeys: ['key'] }), {
    port: 0,
    drainDelay: 0,
  })
  client = new OpenAI({ baseURL: `${listener.url}/v1`, apiKey: 'key', maxRetries: 0 })
})

afterAll(() => listener.stop())

describe('the openai package', () => {
  test.each(['float', 'base64', undefined] as const)('gets vectors as %s', async (format) => {
    await using encoder = await SentenceEncoder.load(TINY, { onWarning: () => {} })
    const { data: expected } = await encoder.encode(TEXTS, { normalize: true, dimensions: 20 })
    const { data, usage } = await client.embeddings.create({
      model: 'tiny',
      input: TEXTS,
      dimensions: 20,
      ...(format === undefined ? {} : { encoding_format: format }),
    })
    const vectors = data.flatMap(({ embedding }) => vectorOf(embedding))
    expect(largestDifference(vectors, expected)).toBeLessThanOrEqual(1e-6)
    expect(usage.prompt_tokens).toBe(8 + 7 + 5)
  })

  test('sends token ids', async () => {
    const { data } = await client.embeddings.create({ model: 'tiny', input: [[101, 2769, 102]] })
    expect(data).toHaveLength(1)
  })

  test('lists models', async () => {
    const { data } = await client.models.list()
    expect(data.map(({ id }) => id)).toEqual(['tiny'])
    expect((await client.models.retrieve('tiny')).owned_by).toBe('yuju')
  })

  test('knows our failures', async () => {
    const embed = (from: OpenAI, model: string, input: string[]) =>
      from.embeddings.create({ model, input })
    await expect(embed(client, 'other', TEXTS)).rejects.toThrow(NotFoundError)
    await expect(embed(client, 'tiny', [])).rejects.toThrow(UnprocessableEntityError)
    const stranger = client.withOptions({ apiKey: 'wrong' })
    await expect(embed(stranger, 'tiny', TEXTS)).rejects.toThrow(AuthenticationError)
    await expect(embed(client, 'other', TEXTS)).rejects.toMatchObject({ code: 'model-unknown' })
  })
})

/** The client leaves base64 as it is where it was asked for by name. */
function vectorOf(embedding: readonly number[] | string): number[] {
  if (typeof embedding !== 'string') return [...embedding]
  const bytes = Uint8Array.from(Buffer.from(embedding, 'base64'))
  return [...new Float32Array(bytes.buffer)]
}
