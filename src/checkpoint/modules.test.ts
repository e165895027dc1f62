import { describe, expect, test } from 'vitest'
import { tinyModel, tinyModules, tinyWeight } from '../../test/support/tiny-model.ts'
import type { Weight } from '../model/index.ts'
import { diskFolder } from './disk-folder.ts'
import { loadCheckpoint } from './load-checkpoint.ts'
import { readModuleList, readModules } from './modules.ts'

async function modulesOf(folder: string) {
  const files = diskFolder(folder)
  return (await readModules(files, await readModuleList(files), 4)).modules
}

async function expectRefused(folder: string, what: string, code = 'checkpoint-module') {
  await expect(modulesOf(folder)).rejects.toMatchObject({
    name: 'CheckpointError',
    code,
    message: expect.stringContaining(what),
  })
}

const DENSE = {
  in_features: 4,
  out_features: 3,
  bias: true,
  activation_function: 'torch.nn.modules.activation.Tanh',
}
const VECTOR = 'sentence_embedding'
const DENSE_ENTRY = { path: '2_Dense', type: 'sentence_transformers.models.Dense' }
const DENSE_WEIGHTS = [tinyWeight('linear.weight', [3, 4]), tinyWeight('linear.bias', [3])]

function denseModel(config: unknown, weights: readonly Weight[] = DENSE_WEIGHTS): Promise<string> {
  return tinyModel(
    { 'modules.json': tinyModules(DENSE_ENTRY), '2_Dense/config.json': config },
    { '2_Dense/model.safetensors': weights },
  )
}

describe('both generations of class names', () => {
  const generations = [
    ['models', 'models', 'models', 'models'],
    [
      'base.modules.transformer',
      'sentence_transformer.modules.pooling',
      'base.modules.dense',
      'base.modules.normalize',
    ],
  ]
  test.each(generations)(
    'sentence_transformers.%s …',
    async (transformer, pooling, dense, normalize) => {
      const list = [
        { idx: 0, name: '0', path: '', type: `sentence_transformers.${transformer}.Transformer` },
        { idx: 1, name: '1', path: '1_Pooling', type: `sentence_transformers.${pooling}.Pooling` },
        { idx: 2, name: '2', path: '2_Dense', type: `sentence_transformers.${dense}.Dense` },
        { idx: 3, name: '3', path: '3_Dropout', type: 'sentence_transformers.models.Dropout' },
        {
          idx: 4,
          name: '4',
          path: '4_Normalize',
          type: `sentence_transformers.${normalize}.Normalize`,
        },
      ]
      const folder = await tinyModel(
        { 'modules.json': list, '2_Dense/config.json': DENSE },
        { '2_Dense/model.safetensors': DENSE_WEIGHTS },
      )
      expect(await modulesOf(folder)).toMatchObject([
        { kind: 'pooling' },
        { kind: 'dense', inFeatures: 4, outFeatures: 3, bias: { name: '2_Dense/linear.bias' } },
        { kind: 'normalize' },
      ])
    },
  )
})

describe('modules.json', () => {
  test.each<readonly [string, unknown, string]>([
    ['no list', {}, 'modules.json cannot be used'],
    ['an empty list', [], 'modules.json cannot be used'],
    ['an entry without type', [{ path: '' }], 'modules.json cannot be used'],
    [
      'no Transformer first',
      tinyModules().slice(1),
      'is sentence_transformers.models.Pooling, not a Transformer',
    ],
    ['no pooling', tinyModules().slice(0, 1), 'no pooling follows the Transformer'],
    [
      'a module before the pooling',
      [
        tinyModules()[0],
        { path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
        tinyModules()[1],
      ],
      'no pooling follows the Transformer',
    ],
    ['two poolings', [...tinyModules(), tinyModules()[1]], 'there are two poolings'],
    [
      'an unknown module',
      tinyModules({ path: '2_LSTM', type: 'sentence_transformers.models.LSTM' }),
      'the module LSTM is not supported',
    ],
    [
      'a second Transformer',
      tinyModules({ path: '2', type: 'sentence_transformers.models.Transformer' }),
      'the module Transformer is not supported',
    ],
    [
      'code of its own',
      tinyModules({ path: '2', type: 'modeling_evil.Normalize' }),
      'the module modeling_evil.Normalize is not one of sentence-transformers',
    ],
    [
      'a name every object has',
      tinyModules({ path: '2', type: 'sentence_transformers.models.constructor' }),
      'the module constructor is not supported',
    ],
  ])('%s', async (_, list, what) => {
    await expectRefused(await tinyModel({ 'modules.json': list }), what)
  })

  const outside = [
    '..',
    '../x',
    'a/../../x',
    '..\\x',
    '/abs',
    '\\abs',
    'C:\\x',
    'c:x',
    '//host/x',
    'a\\..\\x',
  ]
  test.each(outside)('the path %j leaves the folder', async (path) => {
    const what = `the path ${path} leaves the folder`
    const type = 'sentence_transformers.models.Pooling'
    await expectRefused(
      await tinyModel({ 'modules.json': [tinyModules()[0], { path, type }] }),
      what,
    )
    const list = [{ path, type: 'sentence_transformers.models.Transformer' }, tinyModules()[1]]
    const folder = await tinyModel({ 'modules.json': list })
    await expect(loadCheckpoint(folder)).rejects.toMatchObject({
      code: 'checkpoint-module',
      message: expect.stringContaining(what),
    })
  })

  test.each(['1_Pooling/', './1_Pooling', 'a..b'])('the path %j does not', async (path) => {
    const folder = await tinyModel({
      'modules.json': [tinyModules()[0], { path, type: 'sentence_transformers.models.Pooling' }],
      'a..b/config.json': { pooling_mode: 'mean' },
    })
    expect(await modulesOf(folder)).toMatchObject([{ kind: 'pooling', modes: ['mean'] }])
  })
})

describe('Dense', () => {
  test.each([
    ['activation.Tanh', 'tanh'],
    ['activation.ReLU', 'relu'],
    ['activation.GELU', 'gelu'],
    ['activation.Sigmoid', 'sigmoid'],
    ['linear.Identity', 'identity'],
  ])('torch.nn.modules.%s', async (name, activation) => {
    const folder = await denseModel({ ...DENSE, activation_function: `torch.nn.modules.${name}` })
    expect(await modulesOf(folder)).toMatchObject([{}, { activation }])
  })

  test('settings at their default', async () => {
    const names = { module_input_name: VECTOR, module_output_name: VECTOR }
    const folder = await denseModel({ ...DENSE, ...names, use_residual: false })
    expect(await modulesOf(folder)).toMatchObject([{ kind: 'pooling' }, { kind: 'dense' }])
  })

  test('without bias', async () => {
    const folder = await denseModel({ ...DENSE, bias: false }, DENSE_WEIGHTS.slice(0, 1))
    expect(await modulesOf(folder)).toMatchObject([{}, { kind: 'dense', bias: undefined }])
  })

  test.each<readonly [string, unknown, string]>([
    [
      'an unknown activation',
      { ...DENSE, activation_function: 'torch.nn.SiLU' },
      'the activation torch.nn.SiLU is not supported',
    ],
    [
      'a name every object has',
      { ...DENSE, activation_function: 'constructor' },
      'the activation constructor is not supported',
    ],
    ['another vector', { ...DENSE, module_input_name: 'token_embeddings' }, 'module_input_name'],
    ['an input added to the output', { ...DENSE, use_residual: true }, 'use_residual'],
    ['a field of the future', { ...DENSE, scale: 2 }, 'scale'],
    ['no size', { ...DENSE, in_features: undefined }, 'in_features'],
    ['a size of zero', { ...DENSE, out_features: 0 }, 'out_features'],
    ['wrong weights', { ...DENSE, out_features: 5 }, 'the weight linear.weight [5,4] is [3,4]'],
    [
      'the wrong width',
      { ...DENSE, in_features: 8, out_features: 3 },
      'the weight linear.weight [3,8] is [3,4]',
    ],
  ])('%s', async (_, config, what) => {
    await expectRefused(await denseModel(config), what)
  })

  test('weights and settings that are missing', async () => {
    await expectRefused(
      await denseModel(DENSE, DENSE_WEIGHTS.slice(0, 1)),
      'linear.bias [3] is missing',
    )
    await expectRefused(
      await denseModel(DENSE, DENSE_WEIGHTS.slice(1)),
      'linear.weight [3,4] is missing',
    )
    const missing = 'checkpoint-file-missing'
    await expectRefused(await denseModel(undefined), 'has no 2_Dense/config.json', missing)
    const files = { 'modules.json': tinyModules(DENSE_ENTRY), '2_Dense/config.json': DENSE }
    const what = 'has no 2_Dense/model.safetensors, and no 2_Dense/pytorch_model.bin'
    await expectRefused(await tinyModel(files), what, missing)
  })

  test('a chain fits together, or is refused', async () => {
    const second = { path: '3_Dense', type: 'sentence_transformers.models.Dense' }
    const chain = (into: number) =>
      tinyModel(
        {
          'modules.json': tinyModules(DENSE_ENTRY, second),
          '2_Dense/config.json': DENSE,
          '3_Dense/config.json': { ...DENSE, in_features: into, out_features: 2 },
        },
        {
          '2_Dense/model.safetensors': DENSE_WEIGHTS,
          '3_Dense/model.safetensors': [
            tinyWeight('linear.weight', [2, into]),
            tinyWeight('linear.bias', [2]),
          ],
        },
      )
    expect(await modulesOf(await chain(3))).toMatchObject([
      {},
      { outFeatures: 3 },
      { outFeatures: 2 },
    ])
    await expectRefused(await chain(4), 'Dense takes 4 features where 3 arrive')
  })

  test('two poolings side by side are twice as wide', async () => {
    const folder = await tinyModel(
      {
        'modules.json': tinyModules(DENSE_ENTRY),
        '1_Pooling/config.json': { pooling_mode: ['cls', 'mean'] },
        '2_Dense/config.json': DENSE,
      },
      { '2_Dense/model.safetensors': DENSE_WEIGHTS },
    )
    await expectRefused(folder, 'Dense takes 4 features where 8 arrive')
  })
})

describe('Normalize', () => {
  const normalized = (config: unknown) =>
    tinyModel({
      'modules.json': tinyModules({ path: '2', type: 'sentence_transformers.models.Normalize' }),
      '2/config.json': config,
    })

  test.each([undefined, {}, { module_input_name: VECTOR, module_output_name: VECTOR }])(
    '%j is of sentence vectors',
    async (config) => {
      expect(await modulesOf(await normalized(config))).toMatchObject([
        { kind: 'pooling' },
        { kind: 'normalize' },
      ])
    },
  )

  test.each<readonly [string, unknown, string]>([
    ['of token vectors', { module_input_name: 'token_embeddings' }, 'module_input_name'],
    ['into another place', { module_output_name: 'other' }, 'module_output_name'],
    ['with a field of the future', { p: 1 }, 'p'],
    ['with no settings but a list', [], '2/config.json cannot be used'],
  ])('%s is refused', async (_, config, what) => {
    await expectRefused(await normalized(config), what)
  })
})
