import { byId } from '../kit/element.ts'
import { messageOf } from '../kit/language.ts'
import { shorten } from '../kit/text-lines.ts'
import { copied, inBackground } from './background.ts'
import type { Lines } from './lines.ts'
import { type PlanePoint, View } from './view.ts'

/** How far from a point the pointer may be to choose it, in pixels. */
const REACH = 24
/** Labels are drawn where at most so many points are in sight. */
const LABELLED = 200
const LABEL_LENGTH = 14
/** More points than that are drawn as squares, which takes a fraction of the time. */
const MANY = 2000
const DIRECTIONS: Readonly<Record<string, PlanePoint>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/** The sentences as points of a plane, similar ones close to each other. */
export class SentenceMap {
  readonly #lines: Lines
  readonly #box = byId('map-box', HTMLDivElement)
  readonly #canvas = byId('map-canvas', HTMLCanvasElement)
  readonly #sentence = byId('map-sentence', HTMLParagraphElement)
  readonly #draw = byId('map-draw', HTMLButtonElement)
  readonly #view = new View()
  readonly #pointers = new Map<number, PlanePoint>()
  #texts: readonly string[] = []
  #points: readonly PlanePoint[] = []
  #chosen = -1
  #frame = 0

  constructor(lines: Lines) {
    this.#lines = lines
    this.#draw.addEventListener('click', () => this.#show())
    byId('map-in', HTMLButtonElement).addEventListener('click', () => this.#zoom(1.5))
    byId('map-out', HTMLButtonElement).addEventListener('click', () => this.#zoom(1 / 1.5))
    byId('map-all', HTMLButtonElement).addEventListener('click', () => this.#showAll())
    new ResizeObserver(() => this.#paint()).observe(this.#canvas)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#paint())
    this.#box.tabIndex = 0
    this.#listen()
  }

  /** Draws what is there again: colours or size may have changed. */
  refresh(): void {
    this.#paint()
  }

  async #show(): Promise<void> {
    this.#draw.disabled = true
    try {
      const { texts, vectors } = await this.#lines.encoded()
      const points = await inBackground('project', copied({ vectors }))
      this.#texts = texts
      this.#points = texts.map((_, row) => ({
        x: points[row * 2] ?? 0,
        y: points[row * 2 + 1] ?? 0,
      }))
      this.#choose(-1)
      this.#showAll()
    } catch (error) {
      this.#sentence.replaceChildren(messageOf(error))
    } finally {
      this.#draw.disabled = false
    }
  }

  #showAll(): void {
    this.#view.resize(this.#canvas.clientWidth, this.#canvas.clientHeight)
    this.#view.fit(this.#points)
    this.#paint()
  }

  #zoom(factor: number, around = this.#view.middle): void {
    this.#view.zoom(factor, around)
    this.#paint()
  }

  #choose(row: number): void {
    this.#chosen = row
    this.#sentence.textContent = shorten(this.#texts[row] ?? '')
    this.#paint()
  }

  #listen(): void {
    const canvas = this.#canvas
    const position = ({ offsetX, offsetY }: PointerEvent | WheelEvent) => ({
      x: offsetX,
      y: offsetY,
    })
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault()
      this.#zoom(Math.exp(-event.deltaY / 400), position(event))
    })
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId)
      this.#pointers.set(event.pointerId, position(event))
      this.#choose(this.#nearest(position(event)))
    })
    canvas.addEventListener('pointermove', (event) => this.#move(event.pointerId, position(event)))
    for (const end of ['pointerup', 'pointercancel'] as const) {
      canvas.addEventListener(end, ({ pointerId }) => this.#pointers.delete(pointerId))
    }
    this.#box.addEventListener('keydown', (event) => {
      const direction = DIRECTIONS[event.key]
      if (direction) this.#step(direction)
      else if (event.key === '+' || event.key === '=') this.#zoom(1.5, this.#chosenPosition())
      else if (event.key === '-') this.#zoom(1 / 1.5, this.#chosenPosition())
      else if (event.key === '0') this.#showAll()
      else return
      event.preventDefault()
    })
  }

  /** One pointer drags; two also zoom, by how far they are apart. */
  #move(pointer: number, to: PlanePoint): void {
    const from = this.#pointers.get(pointer)
    if (!from) {
      const near = this.#nearest(to)
      if (near !== -1 && near !== this.#chosen) this.#choose(near)
      return
    }
    const other = [...this.#pointers].find(([id]) => id !== pointer)?.[1]
    this.#pointers.set(pointer, to)
    if (other) this.#view.zoom(distance(to, other) / (distance(from, other) || 1), other)
    else this.#view.pan(to.x - from.x, to.y - from.y)
    this.#paint()
  }

  #chosenPosition(): PlanePoint {
    const point = this.#points[this.#chosen]
    return point ? this.#view.toCanvas(point) : this.#view.middle
  }

  #nearest(to: PlanePoint): number {
    let [best, reach] = [-1, REACH]
    this.#points.forEach((point, row) => {
      const apart = distance(this.#view.toCanvas(point), to)
      if (apart < reach) [best, reach] = [row, apart]
    })
    return best
  }

  /** To the closest sentence that lies more in this direction than beside it. */
  #step(direction: PlanePoint): void {
    const here = this.#chosenPosition()
    let [best, least] = [this.#chosen, Number.POSITIVE_INFINITY]
    this.#points.forEach((point, row) => {
      const there = this.#view.toCanvas(point)
      const [dx, dy] = [there.x - here.x, there.y - here.y]
      const ahead = dx * direction.x + dy * direction.y
      const beside = Math.abs(dx * direction.y) + Math.abs(dy * direction.x)
      const cost = ahead + 2 * beside
      if (row !== this.#chosen && ahead > 0 && ahead >= beside && cost < least) {
        ;[best, least] = [row, cost]
      }
    })
    const chosen = this.#points[best]
    if (!chosen) return
    this.#view.reveal(chosen)
    this.#choose(best)
  }

  /** Once for all that changes before the screen is drawn again. */
  #paint(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0
      this.#paintNow()
    })
  }

  #paintNow(): void {
    const canvas = this.#canvas
    const { clientWidth: width, clientHeight: height } = canvas
    const pen = canvas.getContext('2d')
    if (!pen || width === 0) return
    const style = getComputedStyle(canvas)
    const ratio = devicePixelRatio
    canvas.width = width * ratio
    canvas.height = height * ratio
    pen.scale(ratio, ratio)
    this.#view.resize(width, height)
    pen.font = `13px ${style.fontFamily}`
    pen.textBaseline = 'middle'
    const positions = this.#points.map((point) => this.#view.toCanvas(point))
    const inSight = positions.flatMap((at, row) => (isInside(at, width, height) ? [row] : []))
    pen.fillStyle = resolveColour(style, '--accent')
    const draw = inSight.length > MANY ? speck : dot
    pen.globalAlpha = inSight.length > MANY ? 0.4 : 0.75
    for (const row of inSight) draw(pen, positions[row], 3.5)
    pen.globalAlpha = 1
    pen.fillStyle = resolveColour(style, '--ink')
    pen.strokeStyle = style.backgroundColor
    pen.lineWidth = 4
    pen.lineJoin = 'round'
    if (inSight.length <= LABELLED) this.#label(pen, inSight, positions)
    if (this.#chosen !== -1) dot(pen, positions[this.#chosen], 6)
  }

  /** Texts beside their points, as long as none covers another. */
  #label(
    pen: CanvasRenderingContext2D,
    rows: readonly number[],
    positions: readonly PlanePoint[],
  ): void {
    const taken: { readonly x: number; readonly y: number; readonly end: number }[] = []
    for (const row of rows) {
      const at = positions[row]
      const text = this.#texts[row] ?? ''
      if (!at) continue
      const short = text.length > LABEL_LENGTH ? `${text.slice(0, LABEL_LENGTH)}…` : text
      const { width } = pen.measureText(short)
      const isRight = at.x + 8 + width <= this.#canvas.clientWidth
      const x = isRight ? at.x + 8 : at.x - 8 - width
      const [y, end] = [at.y, x + width]
      if (taken.some((one) => Math.abs(one.y - y) < 17 && one.x < end && x < one.end)) continue
      taken.push({ x: x - 12, y, end })
      // Edges in the colour of the paper, so that points below do not blur the words.
      pen.strokeText(short, x, y)
      pen.fillText(short, x, y)
    }
  }
}

function dot(pen: CanvasRenderingContext2D, at: PlanePoint | undefined, radius: number): void {
  if (!at) return
  pen.beginPath()
  pen.arc(at.x, at.y, radius, 0, 2 * Math.PI)
  pen.fill()
}

function speck(pen: CanvasRenderingContext2D, at: PlanePoint | undefined, radius: number): void {
  if (at) pen.fillRect(at.x - radius / 2, at.y - radius / 2, radius, radius)
}

/** `light-dark()` is resolved by properties that are colours, and by no others. */
function resolveColour(style: CSSStyleDeclaration, name: '--accent' | '--ink'): string {
  return name === '--ink' ? style.color : style.accentColor
}

function isInside({ x, y }: PlanePoint, width: number, height: number): boolean {
  return x >= 0 && y >= 0 && x <= width && y <= height
}

function distance(a: PlanePoint, b: PlanePoint): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
