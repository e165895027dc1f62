import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { TINY_CONFIG, TINY_SHAPES, TINY_WEIGHTS, tinyModel } from './support/tiny-model.ts'
import { zipFile } from './support/zip-file.ts'

/** What loading a folder and encoding a text with it comes to, in a program of its own. */
interface Outcome {
  readonly error?: { readonly name: string; readonly code: string; readonly message: string }
  readonly megabytes: number
}

const PROGRAM = `
  import { SentenceEncoder } from ${JSON.stringify(import.meta.resolve('yuju'))}
  let error
  try {
    const encoder = await SentenceEncoder.load(process.argv[2], { onWarning() {} })
    await encoder.encode(process.argv[3])
    await encoder.dispose()
  } catch ({ name, code, message }) {
    error = { name, code, message }
  }
  console.log(JSON.stringify({ error, megabytes: process.resourceUsage().maxRSS / 1024 }))
`
const work = mkdtempSync(join(tmpdir(), 'yuju-hostile-'))
const program = join(work, 'program.mjs')
writeFileSync(program, PROGRAM)
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** Far more than any of these takes on a machine that is not busy. */
const SECONDS = 60
const MEGABYTES = 500

async function outcomeOf(folder: string, text = '句子'): Promise<Outcome> {
  const words = [program, folder, text]
  const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: SECONDS * 1000 })
  return JSON.parse(stdout)
}

async function expectRefused(folder: string, code: string, text?: string): Promise<void> {
  const { error, megabytes } = await outcomeOf(folder, text)
  expect(error).toMatchObject({ name: expect.stringMatching(/Error$/), code })
  expect(megabytes).toBeLessThan(MEGABYTES)
}

type Make = () => Promise<string>
const timeout = 2 * SECONDS * 1000

/** The small model, one of its files of so many bytes that take no room. */
async function sparse(file: string, bytes = 2 ** 32): Promise<string> {
  const folder = await tinyModel()
  writeFileSync(join(folder, file), '')
  truncateSync(join(folder, file), bytes)
  return folder
}

const config = (changes: object) => tinyModel({ 'config.json': { ...TINY_CONFIG, ...changes } })
const brackets = (count: number) => '['.repeat(count) + ']'.repeat(count)

describe.each<readonly [string, string, Make]>([
  ['1e6 layers', 'checkpoint-config', () => config({ num_hidden_layers: 1e6 })],
  ['1e15 layers', 'checkpoint-config', () => config({ num_hidden_layers: 1e15 })],
  ['256 layers', 'checkpoint-weight-missing', () => config({ num_hidden_layers: 256 })],
  ['layer_norm_eps of 1e308', 'checkpoint-config', () => config({ layer_norm_eps: 1e308 })],
  ['config.json of 4 GB', 'checkpoint-file-too-large', () => sparse('config.json')],
  ['vocab.txt of 4 GB', 'checkpoint-file-too-large', () => sparse('vocab.txt')],
  ['tokenizer.json of 4 GB', 'checkpoint-file-too-large', () => sparse('tokenizer.json')],
  ['ranges of 4 GB', 'checkpoint-file-too-large', () => sparse('activation_ranges.safetensors')],
  ['weights of zeros', 'checkpoint-safetensors', () => sparse('model.safetensors', 2 ** 33)],
  [
    'config.json of ten megabytes of brackets',
    'checkpoint-file-too-large',
    () => tinyModel({ 'config.json': brackets(5e6) }),
  ],
  [
    'brackets in config.json',
    'checkpoint-file-malformed',
    () => tinyModel({ 'config.json': `{"model_type":"bert","x":${brackets(1e6)}}` }),
  ],
  [
    'brackets in tokenizer.json',
    'tokenizer-malformed',
    () => tinyModel({ 'tokenizer.json': brackets(1e7) }),
  ],
  ['200,000 modules', 'checkpoint-file-too-large', () => modules(200_000)],
  ['30,000 modules', 'checkpoint-module', () => modules(30_000)],
  ['a million tensors', 'checkpoint-safetensors', () => tensors(1_000_000)],
  ['a hundred thousand tensors', 'checkpoint-too-many-tensors', () => tensors(100_000)],
  ['a header of brackets', 'checkpoint-safetensors', () => header(brackets(4e6))],
  [
    'thirty thousand shards',
    'checkpoint-too-many-tensors',
    () =>
      tinyModel(
        {
          'model.safetensors.index.json': {
            weight_map: Object.fromEntries(
              Array.from({ length: 30_000 }, (_, i) => [`w${i}`, `${i}.safetensors`]),
            ),
          },
        },
        {},
      ),
  ],
  [
    'a pickle of half a million dictionaries',
    'checkpoint-pickle-malformed',
    () => pickle('}', 15e6),
  ],
  ['a pickle of tuples in tuples', 'checkpoint-torch', () => pickle('}', 1, '\x85', 400_000)],
  ['a zip file of forty thousand entries', 'checkpoint-too-many-tensors', entries],
])('%s', (_, code, make) => {
  test('is refused', { timeout }, async () => expectRefused(await make(), code))
})

function modules(count: number): Promise<string> {
  const dropout = { path: '', type: 'sentence_transformers.models.Dropout' }
  return tinyModel({ 'modules.json': Array(count).fill(dropout) })
}

function header(json: string): Promise<string> {
  const bytes = Buffer.alloc(8 + json.length)
  bytes.writeBigUInt64LE(BigInt(json.length))
  bytes.write(json, 8, 'latin1')
  return tinyModel({ 'model.safetensors': bytes }, {})
}

function tensors(count: number): Promise<string> {
  const entry = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
  return header(`{${Array.from({ length: count }, (_, i) => `"${i}":${entry}`).join(',')}}`)
}

function pickle(opcode: string, count: number, then = '', times = 0): Promise<string> {
  const bytes = Buffer.from(`${opcode.repeat(count)}${then.repeat(times)}.`, 'latin1')
  return tinyModel({ 'pytorch_model.bin': zipFile({ 'm/data.pkl': bytes }) }, {})
}

function entries(): Promise<string> {
  const names = Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`m/data/${i}`, '']))
  return tinyModel({ 'pytorch_model.bin': zipFile({ 'm/data.pkl': '.', ...names }) }, {})
}

const WORDS = { '[PAD]': 0, '[UNK]': 1, '[CLS]': 2, '[SEP]': 3, 句: 4, 子: 5 }
const CLASS = { tokenizer_class: 'PreTrainedTokenizerFast' }

/** The small model with a tokenizer of these parts. */
function tokenizer(parts: object): Promise<string> {
  const model = { type: 'WordPiece', unk_token: '[UNK]', vocab: WORDS }
  const pre_tokenizer = { type: 'BertPreTokenizer' }
  const json = { model, pre_tokenizer, ...parts }
  return tinyModel({ 'tokenizer.json': json, 'tokenizer_config.json': CLASS })
}

const doubling = { type: 'Replace', pattern: { Regex: '.' }, content: '句子' }
const steps = (count: number, step: object) => ({
  type: 'Sequence',
  normalizers: Array(count).fill(step),
})

describe.each<readonly [string, string, Make]>([
  ['three million merges', 'tokenizer-malformed', () => merges(3_000_000, ['a', 'b'])],
  ['700,000 merges', 'tokenizer-too-large', () => merges(700_000, '句 子')],
  [
    'two million tokens',
    'tokenizer-malformed',
    () =>
      vocabulary(Object.fromEntries(Array.from({ length: 2e6 }, (_, i) => [i.toString(36), 0]))),
  ],
  [
    'thirty megabytes of lines',
    'tokenizer-too-large',
    () => tinyModel({ 'vocab.txt': '\n'.repeat(3e7) }),
  ],
  [
    'tokens with no beginning in common',
    'tokenizer-too-large',
    () =>
      vocabulary(
        Object.fromEntries(
          Array.from({ length: 9000 }, (_, i) => [`${i}`.padEnd(1000, `${i}`), i]),
        ),
      ),
  ],
  [
    'a token of a megabyte',
    'tokenizer-too-large',
    () => vocabulary({ ...WORDS, ['句'.repeat(1e6)]: 6 }),
  ],
  [
    'the id 67,108,863',
    'checkpoint-vocabulary-size',
    () => vocabulary({ ...WORDS, x: 67_108_863 }),
  ],
  [
    'padding beyond the table',
    'checkpoint-vocabulary-size',
    () =>
      tokenizer({ model: { type: 'WordPiece', vocab: { '[UNK]': 1 } }, padding: { pad_id: 1e9 } }),
  ],
  [
    'a frame beyond the table',
    'checkpoint-vocabulary-size',
    () => tokenizer({ post_processor: { type: 'BertProcessing', sep: ['x', 1e6], cls: ['y', 2] } }),
  ],
  [
    'forty steps that double a text',
    'text-grows',
    () => tokenizer({ normalizer: steps(40, doubling) }),
  ],
  [
    'forty cuts into bytes',
    'text-grows',
    () =>
      tokenizer({
        pre_tokenizer: { type: 'Sequence', pretokenizers: Array(40).fill({ type: 'ByteLevel' }) },
      }),
  ],
  [
    'a megabyte for each character',
    'text-grows',
    () => tokenizer({ normalizer: { ...doubling, content: '句'.repeat(1e6) } }),
  ],
  [
    'a million steps',
    'tokenizer-too-large',
    () => tokenizer({ normalizer: steps(500_000, { type: 'NFC' }) }),
  ],
  ['sequences in sequences', 'tokenizer-malformed', () => nested(100_000)],
  [
    'a pattern of a thousand repetitions',
    'tokenizer-regex-unsupported',
    () => tokenizer({ normalizer: { ...doubling, pattern: { Regex: '(?:(?:a{99}){99}){99}' } } }),
  ],
  [
    'a pattern of brackets',
    'tokenizer-regex-unsupported',
    () => tokenizer({ normalizer: { ...doubling, pattern: { Regex: '('.repeat(1e6) } } }),
  ],
])('a tokenizer of %s', (_, code, make) => {
  test('is refused', { timeout }, async () => expectRefused(await make(), code))
})

function merges(count: number, merge: unknown): Promise<string> {
  const list = Array(count).fill(merge)
  return tokenizer({ model: { type: 'BPE', unk_token: '[UNK]', vocab: WORDS, merges: list } })
}

function vocabulary(vocab: object): Promise<string> {
  return tokenizer({ model: { type: 'WordPiece', unk_token: '[UNK]', vocab } })
}

function nested(depth: number): Promise<string> {
  const opening = '{"type":"Sequence","normalizers":['.repeat(depth)
  const normalizer = `${opening}{"type":"NFC"}${']}'.repeat(depth)}`
  const model = JSON.stringify({ type: 'WordPiece', vocab: WORDS })
  return tinyModel({ 'tokenizer.json': `{"model":${model},"normalizer":${normalizer}}` })
}

test.each(['(a+)+$', '(a|a)*b', '(.*a){9}b', 'a*a*a*a*b'])(
  'the pattern %s takes no more time for many characters',
  { timeout },
  async (Regex) => {
    const folder = await tokenizer({ normalizer: { ...doubling, pattern: { Regex } } })
    const { error, megabytes } = await outcomeOf(folder, `${'a'.repeat(10_000)}!`)
    expect(error).toBeUndefined()
    expect(megabytes).toBeLessThan(MEGABYTES)
  },
)

const LAYERS = Object.keys(TINY_SHAPES).flatMap(
  (name) => /^(.*(?:query|key|value|dense)\.)weight$/.exec(name)?.[1] ?? [],
)

/** The small model with these ranges for what goes into its layers. */
function ranges(smallest: number, largest: number): Promise<string> {
  const weights = LAYERS.flatMap((prefix) => {
    const columns = TINY_SHAPES[`${prefix}weight`]?.[1] ?? 0
    return [['smallest', smallest] as const, ['largest', largest] as const].map(
      ([side, value]) => ({
        name: prefix + side,
        type: 'float32' as const,
        shape: [columns],
        data: { bytes: new Uint8Array(new Float32Array(columns).fill(value).buffer) },
      }),
    )
  })
  return tinyModel(
    {},
    { 'model.safetensors': TINY_WEIGHTS, 'activation_ranges.safetensors': weights },
  )
}

describe('ranges for 8 bits', () => {
  test.each([
    ['infinity', -1, Number.POSITIVE_INFINITY],
    ['minus infinity', Number.NEGATIVE_INFINITY, 1],
    ['NaN', Number.NaN, Number.NaN],
    ['zeros', 0, 0],
    ['swapped sides', 1, -1],
    ['a side that is missing', 1, 2],
    ['1e38', -1e38, 1e38],
  ])('of %s are refused', { timeout }, async (_, smallest, largest) => {
    await expectRefused(await ranges(smallest, largest), 'checkpoint-ranges')
  })

  test('of -1 to 1 are not', { timeout }, async () => {
    expect((await outcomeOf(await ranges(-1, 1))).error).toBeUndefined()
  })
})

test('finite weights that come to NaN are an error', { timeout }, async () => {
  const huge = TINY_WEIGHTS.map((weight) => {
    const { shape } = weight
    const numbers = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(3e38)
    return { ...weight, data: { bytes: new Uint8Array(numbers.buffer) } }
  })
  const folder = await tinyModel({}, { 'model.safetensors': huge })
  await expectRefused(folder, 'vectors-not-finite')
})
