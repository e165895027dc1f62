import { type DownloadProgress, SentenceEncoder } from 'yuju/web'
import { byId, element } from '../kit/element.ts'
import { said } from '../kit/language.ts'

/** The name of the folder below models/, put in when the page is built. */
declare const MODEL_NAME: string

type State =
  | { readonly kind: 'starting' }
  | { readonly kind: 'downloading'; readonly progress: DownloadProgress }
  | { readonly kind: 'ready'; readonly encoder: SentenceEncoder }
  | { readonly kind: 'failed'; readonly reason: string }

/** Loads the model, and says in the status line how far it is. */
export async function loadModel(): Promise<SentenceEncoder> {
  const status = new StatusLine()
  try {
    const encoder = await SentenceEncoder.load(`models/${MODEL_NAME}/`, {
      onDownload: (progress) => status.show({ kind: 'downloading', progress }),
      onWarning: (message) => status.warn(message),
    })
    status.show({ kind: 'ready', encoder })
    return encoder
  } catch (error) {
    status.show({ kind: 'failed', reason: (error as Error).message })
    throw error
  }
}

class StatusLine {
  readonly #card = byId('status', HTMLElement)
  readonly #text = byId('status-text', HTMLParagraphElement)
  readonly #bar = byId('status-progress', HTMLProgressElement)
  readonly #warnings = byId('warnings', HTMLUListElement)

  constructor() {
    this.show({ kind: 'starting' })
  }

  show(state: State): void {
    this.#card.dataset.state = state.kind
    this.#text.replaceChildren(textOf(state))
    this.#bar.hidden = state.kind !== 'downloading'
    if (state.kind === 'downloading') this.#bar.value = state.progress.bytes / state.progress.total
  }

  warn(message: string): void {
    this.#warnings.append(element('li', {}, message))
  }
}

function textOf(state: State): Node {
  switch (state.kind) {
    case 'starting':
      return said('starting')
    case 'downloading': {
      const { bytes, total } = state.progress
      if (bytes === total) return said('starting')
      const megabytes = (count: number) => (count / 1e6).toFixed(1)
      return said('downloading', { done: megabytes(bytes), total: megabytes(total) })
    }
    case 'ready': {
      const backend = { native: '', wasm: 'WebAssembly', webgpu: 'WebGPU' }[state.encoder.backend]
      return said('ready', { model: MODEL_NAME, backend, threads: state.encoder.threads })
    }
    case 'failed':
      return said('failed', { reason: state.reason })
    default:
      return state satisfies never
  }
}
