import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FIXTURES } from '../../../test/support/shared.ts'
import { loadCheckpoint } from '../../checkpoint/index.ts'
import { selectLayers, spreadLayers } from './select-layers.ts'

const teacher = await loadCheckpoint(join(FIXTURES, 'models/tiny-bert-zh'))
const all = teacher.config.layers

test('layers are spread as by the model card', () => {
  expect(spreadLayers(12, 4)).toEqual([1, 4, 7, 10])
  expect(spreadLayers(6, 2)).toEqual([1, 4])
  expect(spreadLayers(12, 6)).toEqual([0, 2, 4, 6, 8, 10])
  expect(spreadLayers(24, 4)).toEqual([2, 8, 14, 20])
  expect(spreadLayers(12, 1)).toEqual([5])
  expect(spreadLayers(5, 5)).toEqual([0, 1, 2, 3, 4])
})

describe('a model of some layers', () => {
  test('has their weights, in place, under new indices', () => {
    const student = selectLayers(teacher, [1, 3])
    expect(student.config.layers).toBe(2)
    expect(student.config.raw.num_hidden_layers).toBe(2)
    const weightOf = (model: typeof teacher, layer: number) =>
      model.weights.get(`encoder.layer.${layer}.output.dense.weight`)
    expect(weightOf(student, 1)?.data).toBe(weightOf(teacher, 3)?.data)
    expect(weightOf(student, 1)?.name).toBe('encoder.layer.1.output.dense.weight')
    expect(weightOf(student, 2)).toBeUndefined()
    expect(student.weights.size).toBe(teacher.weights.size - (all - 2) * 16)
  })

  test('with all its layers is the model', () => {
    const whole = selectLayers(teacher, all)
    expect(whole).toEqual(teacher)
  })
})

test.each([
  ['none', []],
  ['a layer that does not exist', [0, all]],
  ['a negative one', [-1, 0]],
  ['half a layer', [0.5]],
  ['one twice', [1, 1]],
  ['layers out of order', [2, 1]],
  ['too many', all + 1],
  ['zero of them', 0],
])('%s is refused', (_, layers) => {
  expect(() => selectLayers(teacher, layers)).toThrow(/layers/)
})
