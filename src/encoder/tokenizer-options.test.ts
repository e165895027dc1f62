import { expect, test } from 'vitest'
import { TINY_CONFIG, tinyModel } from '../../test/support/tiny-model.ts'
import { loadCheckpoint } from '../checkpoint/index.ts'
import { createTokenizer } from '../tokenizer/index.ts'
import { tokenizerOptions } from './tokenizer-options.ts'

const VOCABULARY = '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n'
const CASED = { do_lower_case: false }

async function idsOf(text: string, changes: Readonly<Record<string, unknown>>): Promise<number[]> {
  const checkpoint = await loadCheckpoint(
    await tinyModel({ 'vocab.txt': VOCABULARY, 'tokenizer_config.json': CASED, ...changes }),
  )
  const tokenizer = createTokenizer(checkpoint.tokenizerFiles, tokenizerOptions(checkpoint))
  return [...tokenizer.encode(text).ids]
}

test('texts are lower-cased after special tokens were found in them', async () => {
  const lowered = { 'sentence_bert_config.json': { do_lower_case: true } }
  expect(await idsOf('A[MASK]A', lowered)).toEqual([2, 5, 4, 5, 3])
  expect(await idsOf('A[MASK]A', {})).toEqual([2, 1, 4, 1, 3])
})

test('special tokens that the table of word vectors has no row for are text', async () => {
  expect(await idsOf('[MASK]', { 'vocab.txt': VOCABULARY.replace('[MASK]', 'b') })).toEqual([
    2, 1, 1, 1, 3,
  ])
})

test('the kind of the model decides where the files name no tokenizer', async () => {
  const config = { ...TINY_CONFIG, tokenizer_class: 'RoFormerTokenizer' }
  const failed = { code: 'tokenizer-class-unknown', facts: { className: 'RoFormerTokenizer' } }
  await expect(idsOf('a', { 'config.json': config })).rejects.toMatchObject(failed)
})
