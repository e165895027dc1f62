// What bench/web.mjs asks of a browser: yuju and transformers.js with the same model and texts.
import { SentenceEncoder } from 'yuju/web'

const MODEL = 'models/model'
/** transformers.js makes one padded batch of a call: this size was its fastest. */
const BATCH = 32

/** @type {SentenceEncoder | undefined} */
let ours
/** @type {SentenceEncoder | undefined} */
let quick
/** @type {((texts: string[], options: object) => Promise<{ tolist(): number[][] }>) | undefined} */
let theirs
/** The same in 8 bits. @type {typeof theirs} */
let theirsQuick

/** @param {'fp32' | 'q8'} dtype */
async function loadPipeline(dtype) {
  const path = new URL('transformers/transformers.min.js', location.href).href
  const { env, pipeline } = await import(/* @vite-ignore */ path)
  env.allowRemoteModels = false
  env.allowLocalModels = true
  env.localModelPath = '/models/'
  env.backends.onnx.wasm.wasmPaths = new URL('ort/', location.href).href
  env.backends.onnx.wasm.numThreads = 1
  return pipeline('feature-extraction', 'model', { dtype, device: 'wasm' })
}

/**
 * Seconds for all texts.
 * @param {typeof theirs} model
 * @param {string[]} texts
 */
async function timePipeline(model, texts) {
  const start = performance.now()
  for (let first = 0; first < texts.length; first += BATCH) {
    await model?.(texts.slice(first, first + BATCH), { pooling: 'mean', normalize: true })
  }
  return (performance.now() - start) / 1000
}

const asked = {
  /** Milliseconds from nothing to the first vector. */
  async loadOurs() {
    const start = performance.now()
    const options = { backend: 'wasm', threads: 1, onWarning: () => {} }
    ours = await SentenceEncoder.load(`${MODEL}/`, { ...options, precision: 'float32' })
    await ours.encode('花呗怎么还款')
    return performance.now() - start
  },
  /** The same in 8 bits. */
  async loadQuick() {
    const start = performance.now()
    const options = { backend: 'wasm', threads: 1, onWarning: () => {} }
    quick = await SentenceEncoder.load(`${MODEL}/`, { ...options, precision: 'int8' })
    await quick.encode('花呗怎么还款')
    return performance.now() - start
  },
  async loadTheirs() {
    theirs = await loadPipeline('fp32')
  },
  async loadTheirsQuick() {
    theirsQuick = await loadPipeline('q8')
  },
  /** Seconds for all texts. @param {string[]} texts */
  async timeOurs(texts) {
    const start = performance.now()
    await ours?.encode(texts, { normalize: true, truncate: 'silent' })
    return (performance.now() - start) / 1000
  },
  /** @param {string[]} texts */
  async timeQuick(texts) {
    const start = performance.now()
    await quick?.encode(texts, { normalize: true, truncate: 'silent' })
    return (performance.now() - start) / 1000
  },
  /** @param {string[]} texts */
  timeTheirs: (texts) => timePipeline(theirs, texts),
  /** @param {string[]} texts */
  timeTheirsQuick: (texts) => timePipeline(theirsQuick, texts),
  /** @param {string[]} texts */
  async vectorsOurs(texts) {
    return [...((await ours?.encode(texts, { truncate: 'silent' }))?.data ?? [])]
  },
  /** @param {string[]} texts */
  async vectorsTheirs(texts) {
    return (await theirs?.(texts, { pooling: 'mean', normalize: true }))?.tolist().flat()
  },
  /** The longest the page could do nothing else, in milliseconds. @param {string[]} texts */
  async longestTask(texts) {
    const durations = [0]
    // The browser reports tasks of 50 ms and more; shorter ones are seen as pauses between messages.
    const { port1, port2 } = new MessageChannel()
    let last = performance.now()
    let isDone = false
    port1.onmessage = () => {
      durations.push(performance.now() - last)
      last = performance.now()
      if (!isDone) setTimeout(() => port2.postMessage(undefined), 0)
    }
    port2.postMessage(undefined)
    await ours?.encode(texts, { truncate: 'silent' })
    isDone = true
    port1.close()
    return durations.reduce((longest, each) => Math.max(longest, each))
  },
}

Object.assign(globalThis, { asked })
