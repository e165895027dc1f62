import { byId, element } from '../kit/element.ts'
import type { Model } from './server-client.ts'

/** Which model is used, and which one it is compared with where the server has several. */
export class ModelChoice {
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
