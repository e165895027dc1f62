export interface PlanePoint {
  readonly x: number
  readonly y: number
}

/** Room around the outermost points, as a share of the canvas. */
const MARGIN = 0.08
const LARGEST_ZOOM = 400

/** Which part of the plane the canvas shows: a position on it = point · scale + shift. */
export class View {
  #width = 1
  #height = 1
  #scale = 1
  #smallest = 0
  #x = 0
  #y = 0

  get middle(): PlanePoint {
    return { x: this.#width / 2, y: this.#height / 2 }
  }

  /** Keeps what was in the middle there. */
  resize(width: number, height: number): void {
    this.#x += (width - this.#width) / 2
    this.#y += (height - this.#height) / 2
    this.#width = width
    this.#height = height
  }

  toCanvas({ x, y }: PlanePoint): PlanePoint {
    return { x: x * this.#scale + this.#x, y: y * this.#scale + this.#y }
  }

  /** Shows all points. */
  fit(points: readonly PlanePoint[]): void {
    const [left, right] = rangeOf(points.map(({ x }) => x))
    const [top, bottom] = rangeOf(points.map(({ y }) => y))
    const room = 1 - 2 * MARGIN
    this.#scale = Math.min(
      (this.#width * room) / (right - left || 1),
      (this.#height * room) / (bottom - top || 1),
    )
    this.#smallest = this.#scale / 4
    this.#x = this.#width / 2 - ((left + right) / 2) * this.#scale
    this.#y = this.#height / 2 - ((top + bottom) / 2) * this.#scale
  }

  pan(x: number, y: number): void {
    this.#x += x
    this.#y += y
  }

  /** Scales by `factor`, keeping the position `around` where it is. */
  zoom(factor: number, around: PlanePoint): void {
    const largest = this.#smallest * 4 * LARGEST_ZOOM
    const scale = Math.min(Math.max(this.#scale * factor, this.#smallest), largest || this.#scale)
    const change = scale / this.#scale
    this.#scale = scale
    this.#x = around.x + (this.#x - around.x) * change
    this.#y = around.y + (this.#y - around.y) * change
  }

  /** Moves until the point is well inside. */
  reveal(point: PlanePoint): void {
    const { x, y } = this.toCanvas(point)
    this.#x += clamp(x, this.#width * MARGIN, this.#width * (1 - MARGIN)) - x
    this.#y += clamp(y, this.#height * MARGIN, this.#height * (1 - MARGIN)) - y
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}

/** Spreading thousands of values as arguments could overflow the stack. */
function rangeOf(values: readonly number[]): readonly [number, number] {
  return values.reduce<readonly [number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
}
