import { element } from './element.ts'
import { WORDS, type Word } from './words.ts'

const LANGUAGES = ['zh', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** What is put in the place of `{name}`. */
export type Facts = Readonly<Record<string, string | number>>

const STORED_AS = 'yuju-language'

/** The one chosen before, or else the first of the browser's languages that the page speaks. */
export function preferredLanguage(): Language {
  const wanted = [stored(), ...navigator.languages]
  const known = wanted.map((tag) => LANGUAGES.find((language) => tag?.startsWith(language)))
  return known.find((language) => language !== undefined) ?? 'en'
}

/** The `lang` of the document is where the page keeps its language. */
export function currentLanguage(): Language {
  return document.documentElement.lang === 'en' ? 'en' : 'zh'
}

/** Says everything anew in a language. */
export function speak(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  for (const part of document.querySelectorAll<HTMLElement>('[data-word]')) sayText(part)
  for (const part of document.querySelectorAll<HTMLElement>('[data-label]')) sayLabel(part)
}

/** Speaks it, now and when the page is opened again. */
export function chooseLanguage(language: Language): void {
  speak(language)
  try {
    localStorage.setItem(STORED_AS, language)
  } catch {
    // Where the browser keeps nothing, the choice holds until the page is left.
  }
}

/** Text that follows the language. */
export function said(word: Word, facts: Facts = {}): HTMLSpanElement {
  const part = element('span')
  part.dataset.word = word
  part.dataset.facts = JSON.stringify(facts)
  sayText(part)
  return part
}

/** Gives an element a name for screen readers that follows the language. */
export function labelled<Part extends HTMLElement>(part: Part, word: Word): Part {
  part.dataset.label = word
  sayLabel(part)
  return part
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED_AS)
  } catch {
    return null
  }
}

function sayText(part: HTMLElement): void {
  const { word = '', facts = '{}' } = part.dataset
  part.textContent = phrase(word, JSON.parse(facts) as Facts)
}

function sayLabel(part: HTMLElement): void {
  part.ariaLabel = phrase(part.dataset.label ?? '', {})
}

function phrase(word: string, facts: Facts): string {
  if (!isWord(word)) throw new Error(`the page has no word ${JSON.stringify(word)}`)
  return WORDS[word][currentLanguage()].replace(/\{(\w+)\}/g, (_, name) => String(facts[name]))
}

function isWord(word: string): word is Word {
  return Object.hasOwn(WORDS, word)
}
