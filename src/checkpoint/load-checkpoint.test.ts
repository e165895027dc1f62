import {
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/model-folder.ts'
import { FIXTURES } from '../../test/support/shared.ts'
import {
  modelFolder,
  TINY_CONFIG,
  TINY_FILES,
  TINY_SHAPES,
  TINY_WEIGHTS,
  tinyModel,
  tinyWeight,
} from '../../test/support/tiny-model.ts'
import { WEIGHT_BYTES, type Weight } from '../model/index.ts'
import { readCalibration } from './calibration-file.ts'
import { diskFolder } from './disk-folder.ts'
import { loadCheckpoint } from './load-checkpoint.ts'
import { readWeightBytes } from './read-weight.ts'

async function expectRefused(folder: string, code: string, what: string): Promise<void> {
  await expect(loadCheckpoint(folder)).rejects.toMatchObject({
    name: 'CheckpointError',
    code,
    message: expect.stringContaining(what),
  })
}

describe('whole folders', () => {
  test('the small model', async () => {
    const folder = await tinyModel()
    const checkpoint = await loadCheckpoint(folder)
    expect(checkpoint).toMatchObject({
      folder,
      config: { hiddenSize: 4 },
      modules: [{ kind: 'pooling', modes: ['mean'], includePrompt: true }],
      maxLength: 16,
      lowercase: false,
      prompts: {},
      defaultPromptName: undefined,
      similarity: 'cosine',
      warnings: [],
    })
    const shapes = [...checkpoint.weights].map(([name, { shape }]) => [name, shape])
    expect(Object.fromEntries(shapes)).toEqual(TINY_SHAPES)
    expect([...checkpoint.tokenizerFiles.keys()]).toEqual(['vocab.txt'])
  })

  test('a model as sentence-transformers 2 wrote it', async () => {
    const checkpoint = await loadCheckpoint(join(FIXTURES, 'models/tiny-bert-zh'))
    expect(checkpoint.modules).toEqual([{ kind: 'pooling', modes: ['mean'], includePrompt: true }])
    expect(checkpoint.weights.size).toBe(5 + 12 * 16)
  })

  test('a model as sentence-transformers 6 writes it', async () => {
    const checkpoint = await loadCheckpoint(join(FIXTURES, 'models/tiny-dense-normalize'))
    expect(checkpoint.modules).toMatchObject([
      { kind: 'pooling', modes: ['mean'] },
      { kind: 'dense', inFeatures: 48, outFeatures: 32, activation: 'tanh' },
      { kind: 'normalize' },
    ])
    expect(checkpoint.prompts).toEqual({ query: '', document: '' })
  })

  test('an encoder and nothing more: mean pooling, and a warning that says so', async () => {
    const folder = await tinyModel({ 'modules.json': undefined })
    const { modules, warnings } = await loadCheckpoint(folder)
    expect(modules).toEqual([{ kind: 'pooling', modes: ['mean'], includePrompt: true }])
    expect(warnings).toEqual([
      `${folder} has no modules.json: mean pooling is used, as sentence-transformers would`,
    ])
  })

  test('the oldest layout: everything of the encoder in 0_Transformer', async () => {
    const moved = ['config.json', 'vocab.txt'].map((name) => [
      `0_Transformer/${name}`,
      TINY_FILES[name],
    ])
    const folder = await modelFolder(
      {
        ...Object.fromEntries(moved),
        '0_Transformer/sentence_bert_config.json': { max_seq_length: 7, do_lower_case: true },
        '0_Transformer/tokenizer_config.json': { model_max_length: 3 },
        'modules.json': [
          { path: '0_Transformer', type: 'sentence_transformers.models.Transformer' },
          { path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
        ],
        '1_Pooling/config.json': TINY_FILES['1_Pooling/config.json'],
        // What that version wrote here says nothing of the encoder.
        'config.json': { __version__: '0.3.0' },
        'vocab.txt': 'not the tokenizer',
      },
      { '0_Transformer/model.safetensors': TINY_WEIGHTS },
    )
    const checkpoint = await loadCheckpoint(folder)
    expect(checkpoint).toMatchObject({ folder, maxLength: 7, lowercase: true })
    expect(checkpoint.tokenizerFiles.get('vocab.txt')).toBe(TINY_FILES['vocab.txt'])
    expect(checkpoint.weights.size).toBe(TINY_WEIGHTS.length)
  })

  test('files that are links, as in the cache of the hub', async () => {
    const { blobs, snapshot } = await linkedModel()
    const { weights } = await loadCheckpoint(snapshot)
    const [weight] = [...weights.values()]
    expect(weight?.data).toMatchObject({ file: join(blobs, 'model.safetensors') })
    const elsewhere = join(temporaryFolder(), 'link')
    symlinkSync(snapshot, elsewhere)
    expect((await loadCheckpoint(elsewhere)).weights.size).toBe(TINY_WEIGHTS.length)
  })

  test('links inside of the folder', async () => {
    const folder = await tinyModel()
    renameSync(join(folder, 'vocab.txt'), join(folder, '1_Pooling/words.txt'))
    symlinkSync('1_Pooling/words.txt', join(folder, 'vocab.txt'))
    expect((await loadCheckpoint(folder)).tokenizerFiles.has('vocab.txt')).toBe(true)
  })
})

/** The small model as the hub's cache has it: each file a link to a blob. */
async function linkedModel() {
  const cache = realpathSync(temporaryFolder())
  const [blobs, snapshot] = [join(cache, 'blobs'), join(cache, 'snapshots/0123')]
  const folder = await tinyModel()
  mkdirSync(blobs)
  mkdirSync(join(snapshot, '1_Pooling'), { recursive: true })
  for (const name of [...Object.keys(TINY_FILES), 'model.safetensors']) {
    const blob = join(blobs, name.replace('/', '-'))
    renameSync(join(folder, name), blob)
    symlinkSync(relative(dirname(join(snapshot, name)), blob), join(snapshot, name))
  }
  return { blobs, snapshot }
}

describe('links that lead out of the folder are refused', () => {
  const outside = (target: string) => ({
    code: 'checkpoint-link-outside',
    facts: { target: realpathSync(target) },
  })

  test.each(['config.json', 'vocab.txt', 'model.safetensors', '1_Pooling/config.json'])(
    '%s',
    async (name) => {
      const [folder, other] = [await tinyModel(), await tinyModel()]
      rmSync(join(folder, name))
      symlinkSync(join(other, name), join(folder, name))
      await expect(loadCheckpoint(folder)).rejects.toMatchObject(outside(join(other, name)))
    },
  )

  test('the folder of a module', async () => {
    const [folder, other] = [await tinyModel(), await tinyModel()]
    rmSync(join(folder, '1_Pooling'), { recursive: true })
    symlinkSync(join(other, '1_Pooling'), join(folder, '1_Pooling'))
    const target = join(other, '1_Pooling/config.json')
    await expect(loadCheckpoint(folder)).rejects.toMatchObject(outside(target))
  })

  test('to a folder whose name begins alike', async () => {
    const folder = await tinyModel()
    rmSync(join(folder, 'vocab.txt'))
    writeFileSync(`${folder}-vocab.txt`, '[UNK]')
    symlinkSync(`${folder}-vocab.txt`, join(folder, 'vocab.txt'))
    await expect(loadCheckpoint(folder)).rejects.toMatchObject(outside(`${folder}-vocab.txt`))
  })

  test("from a blob of the hub's cache, or below it", async () => {
    const { blobs, snapshot } = await linkedModel()
    const other = await tinyModel()
    rmSync(join(blobs, 'vocab.txt'))
    symlinkSync(join(other, 'vocab.txt'), join(blobs, 'vocab.txt'))
    await expect(loadCheckpoint(snapshot)).rejects.toMatchObject(outside(join(other, 'vocab.txt')))
  })
})

describe('limits, prompts and similarity', () => {
  test.each<readonly [string, unknown, unknown, number]>([
    ['its own', { max_seq_length: 5 }, { model_max_length: 9 }, 5],
    ['its own, greater than the tokenizer', { max_seq_length: 12 }, { model_max_length: 9 }, 12],
    ['null: the tokenizer', { max_seq_length: null }, { model_max_length: 9 }, 9],
    ['none: the tokenizer', undefined, { model_max_length: 9 }, 9],
    ['the tokenizer has none', undefined, { model_max_length: 1e30 }, 16],
    [
      'transformers writes it whole',
      undefined,
      '{"model_max_length": 1000000000000000019884624838656}',
      16,
    ],
    ['null everywhere', { max_seq_length: null }, { model_max_length: null }, 16],
    ['nowhere', undefined, undefined, 16],
  ])('the longest text: %s', async (_, limits, tokenizer, maxLength) => {
    const folder = await tinyModel({
      'sentence_bert_config.json': limits,
      'tokenizer_config.json': tokenizer,
    })
    expect((await loadCheckpoint(folder)).maxLength).toBe(maxLength)
  })

  test('RoBERTa has fewer positions than rows, and its own name for the file', async () => {
    const config = { ...TINY_CONFIG, model_type: 'xlm-roberta', pad_token_id: 1 }
    expect((await loadCheckpoint(await tinyModel({ 'config.json': config }))).maxLength).toBe(14)
    const named = await tinyModel({
      'config.json': config,
      'sentence_xlm-roberta_config.json': { max_seq_length: 6 },
    })
    expect((await loadCheckpoint(named)).maxLength).toBe(6)
  })

  test.each<readonly [string, unknown, string, string]>([
    [
      'sentence_bert_config.json',
      { max_seq_length: 17 },
      'checkpoint-max-length',
      'texts of 17 tokens, but the encoder has only 16',
    ],
    ['sentence_bert_config.json', { max_seq_length: 0 }, 'checkpoint-config', 'max_seq_length'],
    ['sentence_bert_config.json', { max_seq_length: 2.5 }, 'checkpoint-config', 'max_seq_length'],
    [
      'sentence_bert_config.json',
      [],
      'checkpoint-config',
      'sentence_bert_config.json cannot be used',
    ],
    ...[
      { transformer_task: 'fill-mask' },
      { modality_config: { text: { method: 'forward', method_output_name: 'pooler_output' } } },
      { modality_config: { image: { method: 'forward', method_output_name: 'embeddings' } } },
      { module_output_name: 'sentence_embedding' },
      { processing_kwargs: { text: { padding: 'max_length' } } },
      { query_length: 32 },
      { document_length: 300 },
      { query_expansion: { attend: true } },
    ].map(
      (settings) =>
        [
          'sentence_bert_config.json',
          settings,
          'checkpoint-config',
          Object.keys(settings).join(),
        ] as const,
    ),
    ['tokenizer_config.json', { model_max_length: -1 }, 'checkpoint-config', 'model_max_length'],
    ['tokenizer_config.json', { model_max_length: 2.5 }, 'checkpoint-config', 'a whole number'],
    [
      'config_sentence_transformers.json',
      { prompts: { query: 1 } },
      'checkpoint-config',
      'prompts.query',
    ],
    [
      'config_sentence_transformers.json',
      { similarity_fn_name: 'jaccard' },
      'checkpoint-config',
      'similarity_fn_name',
    ],
  ])('%s with %j is refused', async (file, content, code, what) => {
    await expectRefused(await tinyModel({ [file]: content }), code, what)
  })

  test('prompts, the default among them, and the similarity', async () => {
    const sentence = {
      prompts: { query: '问：', document: '' },
      default_prompt_name: 'query',
      similarity_fn_name: 'dot',
    }
    const folder = await tinyModel({ 'config_sentence_transformers.json': sentence })
    expect(await loadCheckpoint(folder)).toMatchObject({
      prompts: sentence.prompts,
      defaultPromptName: 'query',
      similarity: 'dot',
    })
  })

  test('null stands for the default', async () => {
    const sentence = { prompts: null, default_prompt_name: null, similarity_fn_name: null }
    const folder = await tinyModel({ 'config_sentence_transformers.json': sentence })
    expect(await loadCheckpoint(folder)).toMatchObject({
      prompts: {},
      defaultPromptName: undefined,
      similarity: 'cosine',
    })
  })
})

describe('what is missing or damaged', () => {
  test('no folder, or a file for a folder', async () => {
    const parent = temporaryFolder()
    writeFileSync(join(parent, 'file'), '')
    await expectRefused(
      join(parent, 'none'),
      'checkpoint-folder-missing',
      'there is no model folder',
    )
    await expectRefused(
      join(parent, 'file'),
      'checkpoint-folder-missing',
      'file is a file; expected',
    )
    await expectRefused(parent, 'checkpoint-file-missing', 'has no config.json')
  })

  test.each([
    ['config.json', 'has no config.json'],
    ['vocab.txt', 'has no tokenizer.json, and no vocab.txt'],
    ['1_Pooling/config.json', 'has no 1_Pooling/config.json'],
  ])('no %s', async (file, what) => {
    await expectRefused(await tinyModel({ [file]: undefined }), 'checkpoint-file-missing', what)
  })

  test('no weights', async () => {
    const what = 'has no model.safetensors, and no pytorch_model.bin'
    await expectRefused(await tinyModel({}, {}), 'checkpoint-file-missing', what)
  })

  const jsonFiles = [
    'config.json',
    'modules.json',
    '1_Pooling/config.json',
    'sentence_bert_config.json',
    'config_sentence_transformers.json',
    'tokenizer_config.json',
  ]

  test.each(jsonFiles)('%s that is no JSON', async (file) => {
    const what = `${file} cannot be read as JSON`
    await expectRefused(await tinyModel({ [file]: '{"a": ' }), 'checkpoint-file-malformed', what)
  })

  test.each([...jsonFiles, 'vocab.txt', 'tokenizer.json'])('%s in invalid UTF-8', async (file) => {
    const folder = await tinyModel({ [file]: Uint8Array.of(0x22, 0xff, 0x22) })
    await expectRefused(folder, 'checkpoint-file-unreadable', `${file} is not valid UTF-8`)
  })

  test.each([...jsonFiles, 'vocab.txt', 'calibration.json'])('%s of 4 GB', async (file) => {
    const folder = await tinyModel({ [file]: '' })
    truncateSync(join(folder, file), 2 ** 32)
    const read = async () => {
      await loadCheckpoint(folder)
      await readCalibration(diskFolder(folder))
    }
    await expect(read()).rejects.toMatchObject({
      code: 'checkpoint-file-too-large',
      facts: { size: 2 ** 32 },
    })
  })

  test.each([...jsonFiles, 'vocab.txt'])('%s is a folder', async (file) => {
    const folder = await tinyModel({ [file]: undefined })
    mkdirSync(join(folder, file), { recursive: true })
    await expectRefused(folder, 'checkpoint-file-unreadable', `${file} is no file`)
  })

  test('the weights are a folder, or a link to nothing', async () => {
    const folder = await tinyModel()
    rmSync(join(folder, 'model.safetensors'))
    mkdirSync(join(folder, 'model.safetensors'))
    await expectRefused(folder, 'checkpoint-file-unreadable', 'model.safetensors is no file')
    rmSync(join(folder, 'model.safetensors'), { recursive: true })
    symlinkSync(join(folder, 'none'), join(folder, 'model.safetensors'))
    await expectRefused(folder, 'checkpoint-file-missing', 'has no model.safetensors')
  })
})

describe('the weights of the encoder', () => {
  const renamed = (change: (name: string) => string) =>
    TINY_WEIGHTS.map((weight) => ({ ...weight, name: change(weight.name) }))

  async function load(weights: typeof TINY_WEIGHTS) {
    return (await loadCheckpoint(await tinyModel({}, { 'model.safetensors': weights }))).weights
  }

  test.each(['', 'bert.', 'roberta.', 'model.', '0.auto_model.', 'auto_model.'])(
    'names that begin with %j',
    async (prefix) => {
      const weights = await load(renamed((name) => prefix + name))
      expect([...weights.keys()]).toEqual(Object.keys(TINY_SHAPES))
      expect([...weights.values()].map(({ name }) => name)).toEqual(Object.keys(TINY_SHAPES))
      for (const { name, data } of TINY_WEIGHTS) {
        const weight = weights.get(name)
        expect({ bytes: weight && (await readWeightBytes(weight)) }, name).toEqual(data)
      }
    },
  )

  test('gamma and beta of the oldest checkpoints', async () => {
    const old = renamed((name) =>
      `bert.${name}`
        .replace('LayerNorm.weight', 'LayerNorm.gamma')
        .replace('LayerNorm.bias', 'LayerNorm.beta'),
    )
    expect([...(await load(old)).keys()]).toEqual(Object.keys(TINY_SHAPES))
  })

  test('pooler, head and position numbers are left out', async () => {
    const others = [
      tinyWeight('pooler.dense.weight', [4, 4]),
      tinyWeight('pooler.dense.bias', [4]),
      tinyWeight('cls.predictions.bias', [6]),
      tinyWeight('embeddings.position_ids', [1, 16]),
      tinyWeight('encoder.layer.1.output.dense.bias', [4]),
    ]
    expect([...(await load([...TINY_WEIGHTS, ...others])).keys()]).toEqual(Object.keys(TINY_SHAPES))
  })

  test.each(Object.keys(TINY_SHAPES))('%s is missing', async (name) => {
    const folder = await tinyModel(
      {},
      { 'model.safetensors': TINY_WEIGHTS.filter((weight) => weight.name !== name) },
    )
    await expectRefused(folder, 'checkpoint-weight-missing', `has no weight ${name}`)
  })

  test('a file of other weights says what it holds', async () => {
    const folder = await tinyModel({}, { 'model.safetensors': [tinyWeight('wte.weight', [2, 2])] })
    await expectRefused(folder, 'checkpoint-weight-missing', 'no BERT encoder; it holds wte.weight')
  })

  test.each([
    ['vocab_size', 7, 'embeddings.word_embeddings.weight is [6,4], but config.json makes it [7,4]'],
    ['max_position_embeddings', 17, 'embeddings.position_embeddings.weight is [16,4]'],
    ['intermediate_size', 9, 'encoder.layer.0.intermediate.dense.weight is [8,4]'],
  ])('a wrong %s', async (key, value, what) => {
    const folder = await tinyModel({ 'config.json': { ...TINY_CONFIG, [key]: value } })
    await expectRefused(folder, 'checkpoint-weight-shape', what)
  })

  test('a weight with another number of axes', async () => {
    const flat = TINY_WEIGHTS.map((weight) =>
      weight.shape.length === 2 ? { ...weight, shape: [1, ...weight.shape] } : weight,
    )
    const folder = await tinyModel({}, { 'model.safetensors': flat })
    await expectRefused(
      folder,
      'checkpoint-weight-shape',
      'is [1,6,4], but config.json makes it [6,4]',
    )
  })

  test('tensors that the model does not use may be of any type', async () => {
    const others = (['uint32', 'float8_e4m3fn', 'float4_e2m1'] as const).map((type): Weight => {
      const bytes = new Uint8Array(8 * WEIGHT_BYTES[type])
      return { name: `scale.${type}`, type, shape: [2, 4], data: { bytes } }
    })
    expect((await load([...TINY_WEIGHTS, ...others])).size).toBe(TINY_WEIGHTS.length)
  })

  test.each(['int8', 'float8_e4m3fn'] as const)(
    '%s is refused: its numbers are codes',
    async (type) => {
      const name = 'encoder.layer.0.output.dense.weight'
      const codes = { type, data: { bytes: new Uint8Array(32) } } as const
      const quantized = TINY_WEIGHTS.map((weight) =>
        weight.name === name ? { ...weight, ...codes } : weight,
      )
      const folder = await tinyModel({}, { 'model.safetensors': quantized })
      await expectRefused(folder, 'checkpoint-weight-type', `the weight ${name} is ${type}`)
    },
  )
})
