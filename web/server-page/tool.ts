import { byId, element } from '../kit/element.ts'
import { messageOf, PageError, said } from '../kit/language.ts'
import { type Model, ServerFailure, type TimedResponse, Unreachable } from './server-client.ts'

/** What one model responded. */
export interface ModelResponse<Value> extends TimedResponse<Value> {
  readonly model: Model
}

interface RequestOptions {
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

/** What one of the tools does. */
export interface ToolWork<Input, Value> {
  /** @throws PageError */
  read(fields: FormData): Input
  request(model: Model, input: Input, options: RequestOptions): Promise<TimedResponse<Value>>
  show(responses: readonly ModelResponse<Value>[], input: Input): readonly Node[]
}

/** What the tools have in common. */
interface ToolContext {
  /** One model, or two beside each other. */
  readonly models: () => readonly Model[]
  /** The server wants another key. */
  readonly onLocked: (failure: ServerFailure) => void
}

/** Wires the form called `name-form` to `name-output`; a new request stops the one before. */
export function addTool<Input, Value>(
  name: string,
  work: ToolWork<Input, Value>,
  { models, onLocked }: ToolContext,
): void {
  const form = byId(`${name}-form`, HTMLFormElement)
  const output = byId(`${name}-output`, HTMLElement)
  let running = new AbortController()

  const run = async (signal: AbortSignal) => {
    const onProgress = (done: number, total: number) => {
      output.replaceChildren(element('p', {}, said('progress', { done, total })))
    }
    try {
      const input = work.read(new FormData(form))
      output.replaceChildren(element('p', {}, said('working')))
      const responses: ModelResponse<Value>[] = []
      // One after the other, so that neither waits for the other within its own time.
      for (const model of models()) {
        responses.push({ model, ...(await work.request(model, input, { signal, onProgress })) })
      }
      output.replaceChildren(...work.show(responses, input))
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ServerFailure && error.status === 401) onLocked(error)
      output.replaceChildren(problemNote(error))
    }
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    running.abort()
    running = new AbortController()
    const { signal } = running
    output.ariaBusy = 'true'
    await run(signal)
    if (!signal.aborted) output.ariaBusy = 'false'
  })
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    form.requestSubmit()
  })
}

/** What went wrong, for the person before the page. */
export function problemNote(error: unknown): HTMLElement {
  return element('p', { class: 'problem', role: 'alert' }, ...partsOf(error))
}

function partsOf(error: unknown): readonly (Node | string)[] {
  if (error instanceof PageError) return [messageOf(error)]
  if (error instanceof Unreachable) return [said('unreachable')]
  if (error instanceof ServerFailure) {
    const { status, code, message } = error
    const isBusy = status === 429 || status === 503
    const advice = isBusy ? [' ', said('busy')] : []
    return [said('refused', { status, code }), ' ', message, ...advice]
  }
  return [said('pageFailed'), ' ', String(error)]
}
