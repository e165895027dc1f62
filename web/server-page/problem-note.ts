import { element } from '../kit/element.ts'
import { said } from '../kit/language.ts'
import { messageOf, PageError } from '../kit/page-error.ts'
import { ServerFailure, Unreachable } from './server-client.ts'

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
