import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../test/support/model-folder.ts'
import { FIXTURES } from '../../test/support/shared.ts'
import {
  TINY_CONFIG,
  TINY_WEIGHTS,
  tinyModel,
  tinyModules,
  tinyWeight,
} from '../../test/support/tiny-model.ts'
import type { ModuleSpec, PoolingMode, Weight, WeightMap } from '../model/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import { loadCheckpoint } from './load-checkpoint.ts'
import { readWeight, readWeightBytes } from './read-weight.ts'
import { saveCheckpoint } from './save-checkpoint.ts'

/** A model with everything a folder can say. */
async function richModel(): Promise<Checkpoint> {
  const folder = await tinyModel(
    {
      'config.json': { ...TINY_CONFIG, torch_dtype: 'float32', hidden_act: 'gelu_new', answer: 42 },
      'tokenizer_config.json': { do_lower_case: false, model_max_length: 12 },
      'sentence_bert_config.json': { max_seq_length: 9, do_lower_case: true },
      'config_sentence_transformers.json': {
        prompts: { query: '问：', document: '' },
        default_prompt_name: 'query',
        similarity_fn_name: 'dot',
      },
      'modules.json': tinyModules(
        { path: '2_Dense', type: 'sentence_transformers.models.Dense' },
        { path: '3_Normalize', type: 'sentence_transformers.models.Normalize' },
      ),
      '1_Pooling/config.json': { pooling_mode: ['mean', 'cls'], include_prompt: false },
      '2_Dense/config.json': {
        in_features: 8,
        out_features: 3,
        bias: true,
        activation_function: 'torch.nn.modules.activation.GELU',
      },
    },
    {
      'model.safetensors': TINY_WEIGHTS,
      '2_Dense/model.safetensors': [
        tinyWeight('linear.weight', [3, 8]),
        tinyWeight('linear.bias', [3]),
      ],
    },
  )
  return loadCheckpoint(folder)
}

async function saved(checkpoint: Checkpoint, options?: Parameters<typeof saveCheckpoint>[2]) {
  const folder = join(temporaryFolder(), 'saved')
  await saveCheckpoint(folder, checkpoint, options)
  return loadCheckpoint(folder)
}

async function contentsOf(weights: Iterable<Weight | undefined>) {
  const contents = [...weights].map(async (weight) =>
    weight
      ? { ...weight, data: Buffer.from(await readWeightBytes(weight)).toString('base64') }
      : undefined,
  )
  return Promise.all(contents)
}

/** Everything of a checkpoint but where it lies. */
async function withoutPlace({ folder: _, weights, modules, config, ...rest }: Checkpoint) {
  const dense = modules.flatMap((module) =>
    module.kind === 'dense' ? [module.weight, module.bias] : [],
  )
  return {
    ...rest,
    config: { ...config, raw: undefined },
    weights: await contentsOf(weights.values()),
    dense: await contentsOf(dense),
    modules: modules.map((module) =>
      module.kind === 'dense' ? { ...module, weight: undefined, bias: undefined } : module,
    ),
  }
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()
}

describe('a round trip', () => {
  test('everything comes back, weights bit for bit', async () => {
    const checkpoint = await richModel()
    const back = await saved(checkpoint)
    expect(await withoutPlace(back)).toEqual(await withoutPlace(checkpoint))
    expect(back.config.raw).toMatchObject({ answer: 42, hidden_act: 'gelu_new' })
    expect(filesOf(back.folder)).toEqual([
      '1_Pooling/config.json',
      '2_Dense/config.json',
      '2_Dense/model.safetensors',
      'config.json',
      'config_sentence_transformers.json',
      'model.safetensors',
      'modules.json',
      'sentence_bert_config.json',
      'tokenizer_config.json',
      'vocab.txt',
    ])
  })

  test.each(['tiny-bert-zh', 'tiny-dense-normalize'])('%s', async (name) => {
    const checkpoint = await loadCheckpoint(join(FIXTURES, 'models', name))
    expect(await withoutPlace(await saved(checkpoint))).toEqual(await withoutPlace(checkpoint))
  })

  test('a folder without modules.json gets one', async () => {
    const checkpoint = await loadCheckpoint(await tinyModel({ 'modules.json': undefined }))
    const back = await saved(checkpoint)
    expect(back.modules).toEqual(checkpoint.modules)
    expect(back.warnings).toEqual([])
  })

  test('saved again, the files are the same', async () => {
    const first = await saved(await richModel())
    const second = await saved(first)
    for (const path of filesOf(first.folder)) {
      const bytes = readFileSync(join(second.folder, path))
      expect(bytes.equals(readFileSync(join(first.folder, path))), path).toBe(true)
    }
  })

  test('the config says what the weights are, fewer layers among it', async () => {
    const checkpoint = await richModel()
    const back = await saved({ ...checkpoint, config: { ...checkpoint.config, vocabularySize: 6 } })
    expect(back.config.raw).toMatchObject({
      architectures: ['BertModel'],
      num_hidden_layers: 1,
      torch_dtype: 'float32',
    })
  })

  test('float16: each number rounded, half the size, also in Dense', async () => {
    const checkpoint = await richModel()
    const back = await saved(checkpoint, { type: 'float16' })
    expect(back.config.raw).toMatchObject({ torch_dtype: 'float16' })
    const pairs = [...pairsOf(checkpoint.weights, back.weights), ...densePairs(checkpoint, back)]
    expect(pairs.length).toBe(TINY_WEIGHTS.length + 2)
    for (const [before, after] of pairs) {
      expect(after.type).toBe('float16')
      const exact = await readWeight(before)
      const rounded = await readWeight(after)
      // 11 bits of mantissa: relative error 2^-11 at most; every number here is below 1.
      const errors = exact.map((number, i) => Math.abs(number - (rounded[i] ?? Number.NaN)))
      expect(Math.max(...errors)).toBeLessThanOrEqual(2 ** -12)
    }
    const again = await saved(back, { type: 'float32' })
    for (const [before, after] of pairsOf(back.weights, again.weights)) {
      expect(after.type).toBe('float32')
      expect(await readWeight(after)).toEqual(await readWeight(before))
    }
  })

  function* pairsOf(a: WeightMap, b: WeightMap) {
    for (const [name, weight] of a) {
      const other = b.get(name)
      if (other) yield [weight, other] as const
    }
  }

  function densePairs(a: Checkpoint, b: Checkpoint) {
    const weights = ({ modules }: Checkpoint) =>
      modules.flatMap((module) =>
        module.kind === 'dense' && module.bias ? [module.weight, module.bias] : [],
      )
    return weights(a).flatMap((weight, i) => {
      const other = weights(b)[i]
      return other ? [[weight, other] as const] : []
    })
  }
})

describe('a folder that is there already', () => {
  test('is refused', async () => {
    const folder = temporaryFolder()
    await expect(saveCheckpoint(folder, await richModel())).rejects.toMatchObject({
      name: 'InputError',
      code: 'save-folder-exists',
      facts: { folder },
    })
    expect(readdirSync(folder)).toEqual([])
  })

  test('is replaced when asked, with nothing left of it', async () => {
    const folder = join(temporaryFolder(), 'saved')
    mkdirSync(join(folder, 'checkpoint-10'), { recursive: true })
    writeFileSync(join(folder, 'old.txt'), 'old')
    const checkpoint = await richModel()
    await saveCheckpoint(folder, checkpoint, { overwrite: true })
    expect(await withoutPlace(await loadCheckpoint(folder))).toEqual(await withoutPlace(checkpoint))
    expect(existsSync(join(folder, 'old.txt'))).toBe(false)
    expect(readdirSync(dirname(folder))).toEqual(['saved'])
  })

  test('may be the one the weights are read from', async () => {
    const checkpoint = await richModel()
    const before = await withoutPlace(checkpoint)
    await saveCheckpoint(checkpoint.folder, checkpoint, { overwrite: true })
    expect(await withoutPlace(await loadCheckpoint(checkpoint.folder))).toEqual(before)
  })

  test('nothing to replace is no error', async () => {
    expect((await saved(await richModel(), { overwrite: true })).maxLength).toBe(9)
  })
})

describe('when writing fails', () => {
  /** A checkpoint whose last weight cannot be read. */
  async function broken(): Promise<Checkpoint> {
    const checkpoint = await richModel()
    const file = join(temporaryFolder(), 'none')
    const name = 'encoder.layer.0.output.LayerNorm.bias'
    const weight: Weight = {
      name,
      type: 'float32',
      shape: [4],
      data: { file, offset: 0, byteLength: 16 },
    }
    return { ...checkpoint, weights: new Map([...checkpoint.weights, [name, weight]]) }
  }

  test('nothing is left behind, and the error is the one that happened', async () => {
    const parent = temporaryFolder()
    await expect(saveCheckpoint(join(parent, 'saved'), await broken())).rejects.toMatchObject({
      name: 'CheckpointError',
      code: 'checkpoint-file-unreadable',
    })
    expect(readdirSync(parent)).toEqual([])
  })

  test('the folder that was to be replaced is whole', async () => {
    const parent = temporaryFolder()
    const folder = join(parent, 'saved')
    await saveCheckpoint(folder, await richModel())
    const before = filesOf(folder).map((path) => readFileSync(join(folder, path), 'base64'))
    await expect(saveCheckpoint(folder, await broken(), { overwrite: true })).rejects.toThrow()
    const after = filesOf(folder).map((path) => readFileSync(join(folder, path), 'base64'))
    expect(after).toEqual(before)
    expect(readdirSync(parent)).toEqual(['saved'])
  })

  test('a number float16 cannot hold', async () => {
    const parent = temporaryFolder()
    const checkpoint = await richModel()
    const name = 'embeddings.LayerNorm.bias'
    const bytes = new Uint8Array(Float32Array.of(0, 1e5, 0, 0).buffer)
    const large: Weight = { name, type: 'float32', shape: [4], data: { bytes } }
    const weights = new Map([...checkpoint.weights, [name, large]])
    const options = { type: 'float16' } as const
    await expect(
      saveCheckpoint(join(parent, 'saved'), { ...checkpoint, weights }, options),
    ).rejects.toMatchObject({ code: 'save-float16-range', facts: { name, index: 1 } })
    expect(readdirSync(parent)).toEqual([])
  })

  test('a Dense that sentence-transformers cannot describe', async () => {
    const parent = temporaryFolder()
    const checkpoint = await richModel()
    const modules = checkpoint.modules.map(
      (module): ModuleSpec =>
        module.kind === 'dense' ? { ...module, activation: 'gelu_tanh' } : module,
    )
    await expect(
      saveCheckpoint(join(parent, 'saved'), { ...checkpoint, modules }),
    ).rejects.toMatchObject({ name: 'InputError', code: 'save-activation' })
    expect(readdirSync(parent)).toEqual([])
  })

  test('a parent that is a file, and one that cannot be written', async () => {
    const parent = temporaryFolder()
    writeFileSync(join(parent, 'file'), 'mine')
    const checkpoint = await richModel()
    const impossible = [join(parent, 'file', 'saved'), '/proc/saved']
    for (const folder of process.platform === 'linux' ? impossible : impossible.slice(0, 1)) {
      await expect(saveCheckpoint(folder, checkpoint)).rejects.toMatchObject({
        name: 'OutputError',
        code: 'save-failed',
        message: expect.stringContaining(`${folder} could not be written`),
      })
    }
    expect(readdirSync(parent)).toEqual(['file'])
    expect(readFileSync(join(parent, 'file'), 'utf8')).toBe('mine')
  })

  test('a full disk', async (context) => {
    const disk = temporaryFolder()
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24k', 'yuju-test', disk])
    if (mounted.status !== 0) {
      context.skip('a small file system cannot be mounted here')
    }
    onTestFinished(() => {
      spawnSync('umount', [disk])
    })
    const checkpoint = await loadCheckpoint(join(FIXTURES, 'models/tiny-dense-normalize'))
    await expect(saveCheckpoint(join(disk, 'saved'), checkpoint)).rejects.toMatchObject({
      name: 'OutputError',
      code: 'save-failed',
      message: expect.stringContaining('ENOSPC'),
    })
    expect(readdirSync(disk)).toEqual([])
  })
})

test('the folder can be read by whom any new folder can', async () => {
  const parent = temporaryFolder()
  mkdirSync(join(parent, 'other'))
  await saveCheckpoint(join(parent, 'saved'), await richModel())
  expect(statSync(join(parent, 'saved')).mode).toBe(statSync(join(parent, 'other')).mode)
})

test('poolings come back in their order', async () => {
  const checkpoint = await loadCheckpoint(await tinyModel())
  const orders: readonly (readonly PoolingMode[])[] = [['mean', 'cls'], ['cls', 'mean'], ['max']]
  for (const modes of orders) {
    const pooling = { kind: 'pooling', modes, includePrompt: true } as const
    expect((await saved({ ...checkpoint, modules: [pooling] })).modules).toEqual([pooling])
  }
})
