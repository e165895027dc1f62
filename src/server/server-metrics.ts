import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { BatchRecord, Sources } from './batching/index.ts'
import type { JobResult } from './engine/index.ts'

/** Seconds: from what a cached text takes to what a large batch takes. */
const TIMES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
const TOKENS = [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384]

/** A request that was answered. */
export interface ServedRequest {
  readonly route: string
  readonly status: number
  readonly seconds: number
}

/** What a server counts, for Prometheus. */
export class ServerMetrics {
  readonly #registry = new Registry()
  readonly #requests: Histogram<'route' | 'status'>
  readonly #waits: Histogram<'model'>
  readonly #tokenization: Histogram<'model'>
  readonly #inference: Histogram<'model'>
  readonly #batchTexts: Histogram<'model'>
  readonly #batchTokens: Histogram<'model'>
  readonly #texts: Counter<'model' | 'source'>
  readonly #tokens: Counter<'model'>
  readonly #truncated: Counter<'model'>
  readonly #crashes: Counter<'model'>

  constructor() {
    collectDefaultMetrics({ register: this.#registry })
    this.#requests = this.#histogram('request_seconds', TIMES, {
      help: 'Time from a request to its response',
      labelNames: ['route', 'status'],
    })
    const time = (name: string, help: string) => this.#ofModel(name, TIMES, help)
    this.#waits = time('queue_seconds', 'Time a text waited for its batch')
    this.#tokenization = time('tokenization_seconds', 'Time a batch took to become tokens')
    this.#inference = time('inference_seconds', 'Time a batch took to become vectors')
    this.#batchTexts = this.#ofModel('batch_texts', SIZES, 'Texts in a batch')
    this.#batchTokens = this.#ofModel('batch_tokens', TOKENS, 'Tokens in a batch')
    this.#texts = this.#counter('texts_total', 'Texts requested, by where they came from', [
      'model',
      'source',
    ])
    this.#tokens = this.#counter('tokens_total', 'Tokens run through the model', ['model'])
    this.#truncated = this.#counter('truncated_total', 'Texts truncated to the model’s limit', [
      'model',
    ])
    this.#crashes = this.#counter('worker_crashes_total', 'Workers that ended', ['model'])
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** All of it, in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }

  /** A number that is looked up when metrics are requested. */
  watch(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `yuju_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read())
      },
    })
  }

  /** The same, of each model. */
  watchModels(name: string, help: string, read: () => Iterable<readonly [string, number]>): void {
    new Gauge({
      name: `yuju_${name}`,
      help,
      labelNames: ['model'],
      registers: [this.#registry],
      collect() {
        for (const [model, value] of read()) this.set({ model }, value)
      },
    })
  }

  request({ route, status, seconds }: ServedRequest): void {
    this.#requests.observe({ route, status: String(status) }, seconds)
  }

  batch(model: string, { texts, waits }: BatchRecord): void {
    this.#batchTexts.observe({ model }, texts)
    for (const wait of waits) this.#waits.observe({ model }, wait)
  }

  /** A batch that became embeddings. */
  encoded(model: string, result: JobResult): void {
    const tokens = result.tokens.reduce((sum, count) => sum + count, 0)
    const count = result.truncated.reduce((sum, tokens) => sum + (tokens > 0 ? 1 : 0), 0)
    this.#batchTokens.observe({ model }, tokens)
    this.#tokenization.observe({ model }, result.tokenization)
    this.#inference.observe({ model }, result.inference)
    this.#tokens.inc({ model }, tokens)
    this.#truncated.inc({ model }, count)
  }

  sources(model: string, sources: Sources): void {
    for (const [source, texts] of Object.entries(sources)) {
      this.#texts.inc({ model, source }, texts)
    }
  }

  crash(model: string): void {
    this.#crashes.inc({ model })
  }

  #ofModel(name: string, buckets: number[], help: string): Histogram<'model'> {
    return this.#histogram(name, buckets, { help, labelNames: ['model'] })
  }

  #histogram<Label extends string>(
    name: string,
    buckets: number[],
    { help, labelNames }: { readonly help: string; readonly labelNames: Label[] },
  ): Histogram<Label> {
    const registers = [this.#registry]
    return new Histogram({ name: `yuju_${name}`, help, labelNames, buckets, registers })
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name: `yuju_${name}`, help, labelNames, registers: [this.#registry] })
  }
}
