/** Whether a step may go on at a position of a text. */
type Accepts = (text: string, position: number) => boolean

/** One step of a regular expression; `next` and `second` are indices of others. */
export type Step =
  /** Goes over one character. */
  | { readonly kind: 'read'; readonly accepts: Accepts; readonly next: number }
  /** Stays where it is. */
  | { readonly kind: 'look'; readonly accepts: Accepts; readonly next: number }
  /** Goes on at `next`, or where that fails at `second`. */
  | { readonly kind: 'fork'; readonly next: number; readonly second: number }
  | { readonly kind: 'match'; readonly next: 0 }

export interface CompiledRegex {
  readonly steps: readonly Step[]
  readonly first: number
}

/** No expression of a tokenizer has more, or repeats a part of it more often. */
const MOST_STEPS = 1000

const ATOM =
  /\\(?:[pPu]\{[^}]*\}|u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|[\s\S]/uy
const QUANTIFIER = /([*+?]|\{(\d+)(,?)(\d*)\})(\??)/uy
const LOOK = /\(\?(<?)([=!])/uy
const GROUP = /\((?:\?:|\?<[^>]*>)?/uy
const BAR = /\|/uy
const CLOSING = /\)/uy
/** Nothing is left of a sequence. */
const END = /(?=[|)]|$)/uy

/**
 * Turns a regular expression into steps.
 * @param source as `new RegExp(source, 'u')` takes it: characters, sets, groups, alternatives,
 *   repetitions of what is not nothing, and assertions about the one character before or behind
 * @throws RangeError for what else there is, and for more than 1,000 steps.
 */
export function compileRegex(source: string): CompiledRegex {
  const compiler = new Compiler(source)
  return { steps: compiler.steps, first: compiler.alternatives().compile(0) }
}

/** A part of an expression. */
interface Fragment {
  /** Given the step that follows, the step it begins with. */
  readonly compile: (next: number) => number
  /** Whether it may go over no character. */
  readonly isEmpty: boolean
}

class Compiler {
  readonly steps: Step[] = [{ kind: 'match', next: 0 }]
  readonly #source: string
  readonly #sets = new Map<string, Accepts>()
  #position = 0

  constructor(source: string) {
    this.#source = source
  }

  alternatives(): Fragment {
    const options = [this.#sequence()]
    while (this.#take(BAR)) options.push(this.#sequence())
    const compile = (next: number) =>
      options
        .map((option) => option.compile(next))
        .reduceRight((second, first) => this.#fork(first, second))
    return { compile, isEmpty: options.some(({ isEmpty }) => isEmpty) }
  }

  #sequence(): Fragment {
    const parts: Fragment[] = []
    while (!this.#take(END)) parts.push(this.#repeated(this.#single()))
    const compile = (next: number) => parts.reduceRight((rest, part) => part.compile(rest), next)
    return { compile, isEmpty: parts.every(({ isEmpty }) => isEmpty) }
  }

  #single(): Fragment {
    const look = this.#take(LOOK)
    if (look) return this.#look(look)
    if (!this.#take(GROUP)) return this.#step('read', this.#atom())
    const group = this.alternatives()
    this.#take(CLOSING)
    return group
  }

  #look([, behind, sign]: RegExpExecArray): Fragment {
    const accepts = this.#atom()
    if (!this.#take(CLOSING)) throw new RangeError('it looks at more than one character')
    return this.#step('look', (text, position) => {
      return accepts(text, behind ? positionBefore(text, position) : position) === (sign === '=')
    })
  }

  #repeated(part: Fragment): Fragment {
    const found = this.#take(QUANTIFIER)
    if (!found) return part
    if (part.isEmpty) throw new RangeError('it repeats what may be nothing')
    const [, sign, least = sign === '+' ? 1 : 0, comma, most, lazy] = found
    const max = sign === '?' ? 1 : Number(most || least)
    const isOpen = sign === '*' || sign === '+' || (comma === ',' && most === '')
    const option = (first: number, second: number) =>
      lazy ? this.#fork(second, first) : this.#fork(first, second)
    const compile = (next: number) => {
      let entry = isOpen ? this.#loop(part, next, option) : next
      for (let i = Number(least); i < max; i++) entry = option(part.compile(entry), next)
      for (let i = 0; i < Number(least); i++) entry = part.compile(entry)
      return entry
    }
    return { compile, isEmpty: Number(least) === 0 }
  }

  /** Any number of times: what follows the part is the choice that it began with. */
  #loop(part: Fragment, next: number, option: (first: number, second: number) => number): number {
    const loop = this.#fork(next, next)
    const choice = option(part.compile(loop), next)
    this.steps[loop] = this.steps[choice] as Step
    return loop
  }

  #step(kind: 'read' | 'look', accepts: Accepts): Fragment {
    const compile = (next: number) => this.#add({ kind, accepts, next })
    return { compile, isEmpty: kind === 'look' }
  }

  #fork(next: number, second: number): number {
    return this.#add({ kind: 'fork', next, second })
  }

  #add(step: Step): number {
    if (this.steps.length === MOST_STEPS) throw new RangeError('it has too many steps')
    return this.steps.push(step) - 1
  }

  /** A character or a set of some; the same one is made once. */
  #atom(): Accepts {
    const [atom = ''] = this.#take(ATOM) ?? []
    const accepts = this.#sets.get(atom) ?? setOf(atom)
    this.#sets.set(atom, accepts)
    return accepts
  }

  /** Goes over what comes next, if it is that. */
  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#source) ?? undefined
    this.#position += found?.[0].length ?? 0
    return found
  }
}

/** JavaScript knows what belongs to a set; it is tried once on each character of the first plane. */
function setOf(atom: string): Accepts {
  const regex = new RegExp(`^${atom}$`, 'u')
  const known = new Int8Array(0x10000)
  return (text, position) => {
    const codePoint = text.codePointAt(position)
    if (codePoint === undefined) return false
    if (known[codePoint]) return known[codePoint] === 1
    const isMember = regex.test(String.fromCodePoint(codePoint))
    known[codePoint] = isMember ? 1 : -1
    return isMember
  }
}

/** Where the character before begins; -1 where there is none. */
function positionBefore(text: string, position: number): number {
  const isPair = (text.codePointAt(position - 2) ?? 0) > 0xffff
  return isPair ? position - 2 : position - 1
}
