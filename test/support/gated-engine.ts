import type { Engine, JobResult, ModelInput } from '../../src/server/engine/index.ts'

const DESCRIPTION = {
  kind: 'encoder',
  dimensions: 1,
  hiddenSize: 1,
  maxLength: 512,
  vocabularySize: 100,
  similarity: 'cosine',
  pooling: 'mean',
  weightType: 'float32',
  backend: 'native',
  precision: 'float32',
  prompts: {},
  defaultPromptName: undefined,
} as const

interface Job {
  readonly texts: readonly string[]
  finish(): void
  fail(error: Error): void
}

/** An engine whose jobs end when the test says so; a text's vector is its length. */
export class GatedEngine implements Engine {
  readonly description = DESCRIPTION
  readonly capacity = 2
  readonly isReady = true
  /** The jobs it was given, in order. */
  readonly jobs: Job[] = []

  encode(inputs: readonly ModelInput[]): Promise<JobResult> {
    const texts = inputs.map((input) => ('text' in input ? input.text : ''))
    return new Promise((resolve, reject) => {
      const lengths = texts.map(({ length }) => length)
      const result = {
        data: Float32Array.from(lengths),
        tokens: Int32Array.from(lengths),
        truncated: new Int32Array(lengths.length),
        tokenization: 0,
        inference: 0,
      }
      this.jobs.push({ texts, finish: () => resolve(result), fail: reject })
    })
  }

  tokenVectors(): Promise<never> {
    return Promise.reject(new Error('not asked for in these tests'))
  }

  tokenize(): Promise<never> {
    return this.tokenVectors()
  }

  decode(): Promise<never> {
    return this.tokenVectors()
  }

  modelHash(): Promise<never> {
    return this.tokenVectors()
  }

  async dispose(): Promise<void> {}
}
