import { byId, element } from '../kit/element.ts'
import { said, startLanguage } from '../kit/language.ts'
import { compareTool } from './compare-tool.ts'
import { searchTool } from './search-tool.ts'
import { type Model, ServerClient, ServerFailure } from './server-client.ts'
import { tokensTool } from './tokens-tool.ts'
import { addTool, problemNote } from './tool.ts'

/** Which model is used, and which one it is compared with where the server has several. */
class ModelChoice {
  readonly #first = byId('model', HTMLSelectElement)
  readonly #second = byId('compare-with', HTMLSelectElement)
  #models: readonly Model[] = []

  /** Offers these; two of them are compared from the start. */
  offer(models: readonly Model[]): void {
    this.#models = models
    this.#first.replaceChildren(...models.map(option))
    const none = this.#second.options[0]
    this.#second.replaceChildren(...(none ? [none] : []), ...models.map(option))
    this.#second.value = models[1]?.id ?? ''
    byId('compare-with-field', HTMLElement).hidden = models.length < 2
  }

  get chosen(): readonly Model[] {
    const ids = new Set([this.#first.value, this.#second.value])
    return [...ids].flatMap((id) => this.#models.find((model) => model.id === id) ?? [])
  }
}

function option({ id }: Model): HTMLOptionElement {
  return element('option', { value: id }, id)
}

const TOOLS = ['compare', 'search', 'tokens'] as const

const client = new ServerClient()
const choice = new ModelChoice()
const keyForm = byId('key-form', HTMLFormElement)
const forget = byId('forget', HTMLButtonElement)
const workplace = byId('workplace', HTMLElement)
const trouble = byId('trouble', HTMLElement)

startLanguage(byId('language', HTMLButtonElement))
const context = { models: () => choice.chosen, onLocked: lock }
addTool('compare', compareTool(client), context)
addTool('search', searchTool(client), context)
addTool('tokens', tokensTool(client), context)
addEventListener('hashchange', showTool)
showTool()
keyForm.addEventListener('submit', (event) => {
  event.preventDefault()
  client.useKey(String(new FormData(keyForm).get('key')).trim())
  open()
})
forget.addEventListener('click', () => {
  client.useKey('')
  location.reload()
})
open()

/** Asks for the models; that also shows whether the key opens. */
async function open(): Promise<void> {
  trouble.replaceChildren()
  try {
    choice.offer(await client.models())
    keyForm.hidden = true
    keyForm.reset()
    workplace.hidden = false
    forget.hidden = !client.hasKey
    // Without a script, nothing sends the key along to what a link leads to.
    byId('api-docs', HTMLElement).hidden = client.hasKey
  } catch (error) {
    if (error instanceof ServerFailure && error.status === 401) return lock(error)
    const again = element('button', { type: 'button' }, said('again'))
    again.addEventListener('click', open)
    trouble.replaceChildren(problemNote(error), again)
  }
}

/** Asks for a key, and hides everything else. */
function lock({ code }: ServerFailure): void {
  client.useKey('')
  workplace.hidden = true
  forget.hidden = true
  keyForm.hidden = false
  byId('key-wrong', HTMLElement).hidden = code !== 'key-wrong'
  byId('key', HTMLInputElement).focus()
}

/** The tool is in the address, so that links and the back button lead to it. */
function showTool(): void {
  const named = TOOLS.find((name) => location.hash === `#${name}`) ?? TOOLS[0]
  for (const name of TOOLS) {
    byId(`${name}-tool`, HTMLElement).hidden = name !== named
    const link = byId(`${name}-link`, HTMLAnchorElement)
    if (name === named) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
}
