import { byId, element } from './element.ts'
import { said } from './language.ts'
import { problemOf } from './problem.ts'
import { type Answer, type Model, Refusal } from './server-client.ts'

/** What one model answered. */
export interface Answered<Value> extends Answer<Value> {
  readonly model: Model
}

/** What happens while a question is asked. */
export interface Asking {
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

/** What one of the tools does. */
export interface ToolWork<Input, Value> {
  /** @throws InputProblem */
  read(fields: FormData): Input
  ask(model: Model, input: Input, asking: Asking): Promise<Answer<Value>>
  show(answers: readonly Answered<Value>[], input: Input): readonly Node[]
}

/** What the tools have in common. */
export interface ToolPlace {
  /** One model, or two beside each other. */
  readonly models: () => readonly Model[]
  /** The server wants another key. */
  readonly onLocked: (refusal: Refusal) => void
}

/** Wires the form called `name-form` to `name-output`; a new question stops the one before. */
export function addTool<Input, Value>(
  name: string,
  work: ToolWork<Input, Value>,
  { models, onLocked }: ToolPlace,
): void {
  const form = byId(`${name}-form`, HTMLFormElement)
  const output = byId(`${name}-output`, HTMLElement)
  let asked = new AbortController()

  const run = async (signal: AbortSignal) => {
    const onProgress = (done: number, total: number) => {
      output.replaceChildren(element('p', {}, said('progress', { done, total })))
    }
    try {
      const input = work.read(new FormData(form))
      output.replaceChildren(element('p', {}, said('working')))
      const answers: Answered<Value>[] = []
      // One after the other, so that neither waits for the other within its own time.
      for (const model of models()) {
        answers.push({ model, ...(await work.ask(model, input, { signal, onProgress })) })
      }
      output.replaceChildren(...work.show(answers, input))
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Refusal && error.status === 401) onLocked(error)
      output.replaceChildren(problemOf(error))
    }
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    asked.abort()
    asked = new AbortController()
    const { signal } = asked
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
