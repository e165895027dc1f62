import { type DownloadProgress, SentenceEncoder } from 'yuju/web'
import { byId, element } from './page.ts'
import { whenLanguage, words } from './words.ts'

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
      onWarning: (message) => status.notice(message),
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
  readonly #notices = byId('notices', HTMLUListElement)
  #state: State = { kind: 'starting' }

  constructor() {
    whenLanguage(() => this.show(this.#state))
  }

  show(state: State): void {
    this.#state = state
    this.#card.dataset.state = state.kind
    this.#text.textContent = textOf(state)
    this.#bar.hidden = state.kind !== 'downloading'
    if (state.kind === 'downloading') this.#bar.value = state.progress.bytes / state.progress.total
  }

  notice(message: string): void {
    this.#notices.append(element('li', message))
  }
}

function textOf(state: State): string {
  switch (state.kind) {
    case 'starting':
      return words().starting
    case 'downloading': {
      const { bytes, total } = state.progress
      return bytes < total
        ? words().downloading((bytes / 1e6).toFixed(1), (total / 1e6).toFixed(1))
        : words().starting
    }
    case 'ready': {
      const backend = { native: '', wasm: 'WebAssembly', webgpu: 'WebGPU' }[state.encoder.backend]
      return words().ready(MODEL_NAME, backend, state.encoder.threads)
    }
    case 'failed':
      return words().failed(state.reason)
    default:
      return state satisfies never
  }
}
