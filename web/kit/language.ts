import { element } from './element.ts'
import { WORDS, type Word } from './words.ts'

const LANGUAGES = ['zh', 'en'] as const
type Language = (typeof LANGUAGES)[number]

/** What is put where a phrase names it: a number as the language writes it, a string as it is. */
export type Facts = Readonly<Record<string, string | number>>

const STORED_AS = 'yuju-language'

/** Speaks the visitor's language; the button switches to the other one, for later visits too. */
export function startLanguage(button: HTMLElement): void {
  const change = (language: Language) => {
    speak(language)
    button.lang = tagOf(otherThan(language))
  }
  change(preferredLanguage())
  button.addEventListener('click', () => {
    const language = otherThan(currentLanguage())
    change(language)
    store(language)
  })
}

/** Text that follows the language. */
export function said(word: Word, facts: Facts = {}): HTMLSpanElement {
  const part = element('span')
  part.dataset.word = word
  part.dataset.facts = JSON.stringify(facts)
  say(part)
  return part
}

/** Gives an element a name for screen readers that follows the language. */
export function labelled<Part extends HTMLElement>(
  part: Part,
  word: Word,
  facts: Facts = {},
): Part {
  part.dataset.label = word
  part.dataset.facts = JSON.stringify(facts)
  say(part)
  return part
}

/** The address's `?lang=`, the one chosen before, or the first of the browser's that is known. */
function preferredLanguage(): Language {
  const named = new URLSearchParams(location.search).get('lang')
  const wanted = [named, stored(), ...navigator.languages]
  const known = wanted.map((tag) => LANGUAGES.find((language) => tag?.startsWith(language)))
  return known.find((language) => language !== undefined) ?? 'en'
}

/** The `lang` of the document is where the page keeps its language. */
function currentLanguage(): Language {
  return document.documentElement.lang === 'en' ? 'en' : 'zh'
}

function otherThan(language: Language): Language {
  return language === 'en' ? 'zh' : 'en'
}

function tagOf(language: Language): string {
  return language === 'zh' ? 'zh-CN' : 'en'
}

function speak(language: Language): void {
  document.documentElement.lang = tagOf(language)
  for (const part of document.querySelectorAll<HTMLElement>('[data-word], [data-label]')) say(part)
}

function store(language: Language): void {
  try {
    localStorage.setItem(STORED_AS, language)
  } catch {
    // Where the browser keeps nothing, the choice holds until the page is left.
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED_AS)
  } catch {
    return null
  }
}

function say(part: HTMLElement): void {
  const { word, label, facts = '{}' } = part.dataset
  if (word !== undefined) part.textContent = phrase(word, JSON.parse(facts) as Facts)
  if (label !== undefined) part.ariaLabel = phrase(label, JSON.parse(facts) as Facts)
}

function phrase(word: string, facts: Facts): string {
  if (!isWord(word)) throw new Error(`the page has no word ${JSON.stringify(word)}`)
  const language = currentLanguage()
  return WORDS[word][language].replace(
    /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g,
    (_, name, one, many) => {
      const fact = facts[name]
      if (many !== undefined) return fact === 1 ? one : many
      return typeof fact === 'number' ? fact.toLocaleString(tagOf(language)) : String(fact)
    },
  )
}

function isWord(word: string): word is Word {
  return Object.hasOwn(WORDS, word)
}

/** An error that the page explains in its own words. */
export class PageError extends Error {
  readonly word: Word
  readonly facts: Facts

  constructor(word: Word, facts: Facts = {}) {
    super(word)
    this.word = word
    this.facts = facts
  }
}

/** What an error says, in the language of the page where it can. */
export function messageOf(error: unknown): Node | string {
  if (error instanceof PageError) return said(error.word, error.facts)
  return error instanceof Error ? error.message : String(error)
}
