import { expect, test } from 'vitest'
import { frontMatter } from './front-matter.ts'

const NOTHING = { languages: ['zh'], license: undefined, baseModels: [], datasets: [] }

test('what the hub reads', () => {
  const metadata = { ...NOTHING, license: 'mit', baseModels: ['a/b'], datasets: ['no', '句子: 1'] }
  const own = {
    model: 'x',
    results: [
      { task: 'afqmc', score: 25, spearman: { cosine: 24.5312 } },
      { task: 'pawsx', score: null, spearman: { cosine: null } },
    ],
    retrieval: [],
  }
  // huggingface_hub 2.4.0 reads this as it is meant (ModelCard(text).data.to_dict()).
  expect(frontMatter(metadata, 'yuju/small', own)).toBe(`---
language:
- zh
license: mit
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags:
- sentence-transformers
- sentence-similarity
- feature-extraction
- yuju
base_model:
- a/b
datasets:
- "no"
- "句子: 1"
model-index:
- name: yuju/small
  results:
  - task:
      type: semantic-similarity
      name: Semantic Similarity
    dataset:
      type: unknown
      name: afqmc
    metrics:
    - type: spearman_cosine
      value: 0.2453
---`)
})

test('what is not known is not written', () => {
  const text = frontMatter(NOTHING, 'x', undefined)
  expect(text).not.toMatch(/license|base_model|datasets|model-index/)
})
